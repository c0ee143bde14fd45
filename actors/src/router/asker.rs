//! Who asks, once the command itself is being played.

use smol_str::SmolStr;
use workflow::command::{Ask, Command};
use workflow::id::TenantId;
use workflow::stores::Stores;

/// Who asks, what is left of an ask when its command is played.
pub(super) struct Asker {
    pub(super) tenant: TenantId,
    pub(super) who: SmolStr,
    pub(super) stores: Stores,
    /// The command's name.
    pub(super) command: &'static str,
}

impl Asker {
    /// Who asks, and what.
    pub(super) fn of(ask: Ask) -> (Asker, Command) {
        let Ask { tenant, who, stores, command, .. } = ask;
        (Asker { tenant, who, stores, command: command.name() }, command)
    }
}
