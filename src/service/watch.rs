//! Notices that the files of a dictionary change.

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};

/// Watches a dictionary until it is dropped.
pub(super) struct Watch {
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Calls `changed` whenever something happens to the folder (or bundle), its packs, or the place it stands in: a
    /// folder or link that is replaced is another one, so watches have to be set anew after each change.
    ///
    /// # Errors
    /// Where the system sends no events, for example because too many watches are set.
    pub(super) fn set(path: &Path, changed: impl Fn() + Send + 'static) -> notify::Result<Self> {
        let path = std::path::absolute(path).map_err(notify::Error::io)?;
        let target = path.canonicalize().unwrap_or_else(|_| path.clone());
        let ours = [path.clone(), target.clone()];
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
            Ok(event) => {
                let looked = matches!(event.kind, EventKind::Access(_));
                if !looked && event.paths.iter().any(|p| ours.iter().any(|o| p.starts_with(o))) {
                    changed();
                }
            }
            // Events were lost: look.
            Err(_) => changed(),
        })?;
        let parents = [&path, &target].into_iter().filter_map(|p| p.parent());
        let mut places: Vec<PathBuf> = parents.map(Path::to_owned).collect();
        if path.is_dir() {
            let packs = std::fs::read_dir(&path).into_iter().flatten().filter_map(|e| Some(e.ok()?.path()));
            places.extend(packs.filter(|p| p.join("pack.toml").is_file()));
            places.push(path);
        }
        places.sort();
        places.dedup();
        for place in places {
            watcher.watch(&place, RecursiveMode::NonRecursive)?;
        }
        Ok(Self { _watcher: watcher })
    }
}
