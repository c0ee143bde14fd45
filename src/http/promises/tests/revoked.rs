//! A key that is taken back while its request waits.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use workflow::id::{KeyId, TenantId};
use workflow::keyring::{Event, Key};
use workflow::permission::Permissions;
use workflow::stores::Stores;

use crate::auth::{Credentials, Secret};
use crate::http::testing::{BEGIN, Door};

/// What was looked up is not told to whom the key no longer admits, whether it is the answer or
/// what a request has to know before it can ask.
#[actix_web::test]
async fn a_look_is_not_answered_once_its_key_is_revoked() {
    let credentials = Credentials::of([]).anonymous(false);
    let ring = Arc::clone(credentials.ring());
    let door = Door::with(|app| app.credentials = credentials);
    let tenant = TenantId::parse("shop").unwrap();
    for (number, (method, path, body, good)) in (0..).zip([
        (Method::GET, "/api/orders", "", 200),
        (Method::POST, "/delivery_items/pick", r#"{"barcode":"tea"}"#, 422),
    ]) {
        let (secret, id) = (Secret::draw(), KeyId::of(BEGIN, number));
        let key = Key {
            id,
            name: "till".into(),
            permissions: Permissions::ORDINARY,
            digest: secret.digest(),
            made: BEGIN,
            expires: None,
            revoked: None,
            stores: Stores::default(),
        };
        ring.note(&tenant, &Event::Made(Box::new(key)), BEGIN);
        let ask = async || {
            let request = TestRequest::with_uri(path).method(method.clone());
            let request = request.insert_header(("x-api-key", secret.shown(id)));
            let request = request.insert_header(("content-type", "application/json"));
            door.ask(request.set_payload(body)).await
        };
        let seen = ask().await;
        assert_eq!(seen.status, good, "{path}: {}", seen.body);
        let (held, of) = (Arc::clone(&ring), tenant.clone());
        door.meanwhile(move || held.note(&of, &Event::Revoked { id }, BEGIN));
        let seen = ask().await;
        assert_eq!(seen.status, 401, "{path}: {}", seen.body);
    }
}
