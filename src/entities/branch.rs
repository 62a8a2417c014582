//! Names of branches that no table lists: 白马湖店, 黄田店.
//!
//! A branch is called after the place where it is, and no dictionary has every place. What stands before a 店 that is a
//! word of its own is a name unless it is a kind of shop (手机店), a word of the sentence (这家店, 去店) or a verb.

use super::Rule;
use crate::segment::Segments;
use crate::text::is_han;
use std::ops::Range;

/// The one rule of this reader.
pub(super) const RULE: Rule =
    Rule { name: "branch", reads: "a branch that no table lists: a name and 店", example: "白马湖店几点关门" };

/// Words before 店 that are no names. Kinds of shops that are words of the language (商店, 专卖店) need no mention, and
/// goods of the dictionary are seen as such.
const NO_NAME: &[&str] = &[
    "附近",
    "就近",
    "周边",
    "周围",
    "最近",
    "旁边",
    "隔壁",
    "对面",
    "楼下",
    "楼上",
    "实体",
    "体验",
    "官方",
    "自营",
    "直营",
    "加盟",
    "合作",
    "线下",
    "线上",
    "网上",
    "网络",
    "淘宝",
    "天猫",
    "京东",
    "拼多多",
    "抖音",
    "微信",
    "其他",
    "其它",
    "别的",
    "所有",
    "全部",
    "任何",
    "各个",
    "各家",
    "每家",
    "每个",
    "几家",
    "多少",
    "哪家",
    "哪个",
    "哪里",
    "那家",
    "那个",
    "这家",
    "这个",
    "一家",
    "两家",
    "另外",
    "当地",
    "本地",
    "外地",
    "国内",
    "全国",
    "连锁",
    "品牌",
    "专营",
    "专业",
    "正规",
    "授权",
    "新开",
    "开业",
    "营业",
    "关门",
    "你们",
    "我们",
    "他们",
    "咱们",
    "你家",
    "我家",
    "贵家",
    "自己",
    "人家",
    "大家",
    "社区",
    "校园",
    "门口",
    "学校",
    "公司",
    "小区",
    "奶茶",
    "水果",
    "眼镜",
    "理发",
    "美发",
    "美甲",
    "宠物",
    "咖啡",
    "火锅",
    "服装",
    "甜品",
    "蛋糕",
    "快餐",
    "早餐",
    "杂货",
    "五金",
    "便民",
    "生鲜",
    "修理",
    "维修",
    "洗衣",
    "照相",
    "彩票",
    "玩具",
    "文具",
    "珠宝",
    "首饰",
    "化妆",
    "礼品",
    "海鲜",
    "烤肉",
    "烧烤",
    "免税",
    "折扣",
    "便利",
    "旗舰",
    "专卖",
    "大型",
    "小型",
    "中心",
    "总部",
    "现在",
    "今天",
    "明天",
    "昨天",
    "周末",
    "平时",
    "时候",
    "联系",
    "到达",
    "进入",
    "离开",
    "知道",
    "请问",
    "想去",
    "要去",
    "地址",
    "电话",
    "一下",
    "没有",
    "还有",
    "是否",
    "怎么",
    "什么",
];

/// Characters that stand alone before 店 or before a name and belong to neither.
const NO_PART: &str = "的了在到去来从是问这那哪个家我你他她它咱您有没和跟给离想要请找开看下查帮吗呢啊呀就也都还不用说买逛里进出过把被\
                       叫让对与及或者吧嘛啦哦嗯呃额几离往向为本该贵各每某同分总新旧老大小多少间所回走住坐选换改送寄取拿约订搬关闭做当";

/// Calls `found` with the range of every name, 店 within it.
pub(super) fn read(chars: &[char], segments: &Segments, mut found: impl FnMut(Range<usize>)) {
    for at in 1..chars.len() {
        if chars[at] != '店' || segments.token_at(at) != Some((at as u32, at as u32 + 1)) {
            continue;
        }
        if let Some(start) = name_start(chars, segments, at) {
            found(start..at + 1);
        }
    }
}

/// Where the name that ends before `end` starts: one word, or up to three characters that no word joins.
fn name_start(chars: &[char], segments: &Segments, end: usize) -> Option<usize> {
    let word = segments.token_at(end - 1)?;
    let (start, length) = (word.0 as usize, (word.1 - word.0) as usize);
    if length > 1 {
        let name = &chars[start..end];
        let named = length <= 4
            && name.iter().all(|c| is_han(*c))
            && !NO_NAME.iter().any(|w| w.chars().eq(name.iter().copied()));
        return named.then_some(start);
    }
    let mut start = end;
    while start > 0 && end - start < 4 {
        let c = chars[start - 1];
        let alone = segments.token_at(start - 1) == Some((start as u32 - 1, start as u32));
        if !alone || !is_han(c) || NO_PART.contains(c) {
            break;
        }
        start -= 1;
    }
    (2..=3).contains(&(end - start)).then_some(start)
}
