//! `/api/configurations/promises`.

use workflow::command::Query;

use super::Handled;
use super::asked::Asked;
use crate::admission::Lane;
use crate::http::promises::answers::configuration;
use crate::http::promises::bodies::ConfigurationBody;

/// How long promises hold: 200.
pub(crate) async fn show(asked: Asked) -> Handled {
    asked.look(|_| Ok((Query::Settings, configuration::shown))).await
}

/// Sets how long promises hold that are made or extended from now on: 200.
pub(crate) async fn put(asked: Asked) -> Handled {
    asked
        .change(Lane::Operate, |body| {
            let sent: ConfigurationBody<'_> = body.decode()?;
            Ok((None, sent.into_command(body.if_match()?)?, configuration::shown))
        })
        .await
}
