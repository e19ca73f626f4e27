//! An installation that is worked on by command, while no server has it: opens it, runs use cases, says in words why one
//! was refused. What a command does is on the record as the operator's.

use std::path::PathBuf;
use std::sync::Arc;

use casework::accounts::operator::{operator, stand_in};
use casework::audit::Vault;
use casework::db::{Db, Tx};
use casework::desk::{Desk, SignedIn};
use casework::jobs::Means;
use casework::keys::Keys;
use casework::now::Now;
use casework::refused::Refused;
use rules::access::{Action, Actor};
use rules::plan::Plan;

use crate::county;
use crate::failure::Failure;
use crate::house::{House, clock};

/// Where an installation is.
#[derive(clap::Args)]
pub(crate) struct Where {
    /// 数据文件夹
    #[arg(long, value_name = "文件夹")]
    pub(crate) data: PathBuf,
    /// PostgreSQL 地址；不写用数据文件夹里的 SQLite
    #[arg(long, value_name = "地址")]
    pub(crate) database: Option<String>,
    /// 县工作方案的文件夹；不写为内置的南涧县方案
    #[arg(long, value_name = "文件夹")]
    pub(crate) plan: Option<PathBuf>,
}

/// An open installation.
pub(crate) struct Office {
    db: Db,
    keys: Keys,
    plan: Plan,
    vault: Vault,
    clock: web::Clock,
}

impl Office {
    /// Opens it to work on; a SQLite file that a server has open is refused.
    pub(crate) fn open(at: &Where) -> Result<Self, Failure> {
        let (house, plan, clock) = Self::house(at)?;
        let (db, keys) = house.open(&clock())?;
        Ok(Self { db, keys, plan, vault: house.vault(), clock })
    }

    /// Opens it to look only, also while it is served.
    pub(crate) fn look(at: &Where) -> Result<Self, Failure> {
        let (house, plan, clock) = Self::house(at)?;
        let (db, keys) = house.inspect()?;
        Ok(Self { db, keys, plan, vault: house.vault(), clock })
    }

    fn house(at: &Where) -> Result<(House, Plan, web::Clock), Failure> {
        let plan = county::plan(at.plan.as_deref())?;
        let house = House::at(&at.data, at.database.as_deref())?;
        house.must_exist()?;
        Ok((house, plan, clock()))
    }

    /// Code of the county.
    pub(crate) fn county(&self) -> &str {
        &self.plan.county().code
    }

    /// Runs what only reads.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Tx<'_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Failure> {
        self.db.read(act).map_err(|refused| said(&refused))
    }

    /// Runs an act of the operator.
    pub(crate) fn operate<T: Send + 'static>(
        &self,
        mut act: impl FnMut(&mut Tx<'_>, &Keys, &Now, &Actor) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Failure> {
        let (keys, now, actor) = (self.keys.clone(), (self.clock)(), operator(self.county()));
        self.db.write(move |tx| act(tx, &keys, &now, &actor)).map_err(|refused| said(&refused))
    }

    /// Runs a use case in somebody's name.
    pub(crate) fn act<T: Send + 'static>(
        &self,
        who: &SignedIn,
        mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Failure> {
        let (keys, now, plan, who) = (self.keys.clone(), (self.clock)(), self.plan.clone(), who.clone());
        self.db
            .write(move |tx| act(&mut Desk { tx, who: &who, now: &now, keys: &keys, plan: &plan }))
            .map_err(|refused| said(&refused))
    }

    /// Somebody in whose name lists go in or out, with the posts that he holds now.
    pub(crate) fn stand_in(
        &self,
        username: &str,
        action: Action,
        detail: &'static str,
    ) -> Result<SignedIn, Failure> {
        let username = username.to_owned();
        self.operate(move |tx, _, now, actor| stand_in(tx, now, actor, &username, (action, detail)))
    }

    /// What the background work needs.
    pub(crate) fn means(self) -> Arc<dyn Means> {
        Arc::new(self)
    }
}

impl Means for Office {
    fn db(&self) -> &Db {
        &self.db
    }

    fn keys(&self) -> &Keys {
        &self.keys
    }

    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn vault(&self) -> &Vault {
        &self.vault
    }

    fn now(&self) -> Now {
        (self.clock)()
    }
}

/// What a refusal is at the terminal: 2 for what was given, 1 for what the machine would not do.
pub(crate) fn said(refused: &Refused) -> Failure {
    match refused {
        Refused::Denied { action, .. } => Failure::input(
            format!("这个账号的岗位不能“{}”，或者内容不存在", action.label()),
            "--as",
            "换一个有这项权限的账号",
        ),
        Refused::Invalid(problems) => {
            let texts: Vec<&str> = problems.iter().map(|problem| problem.text.as_str()).collect();
            let fields: Vec<&str> = problems.iter().map(|problem| problem.field).collect();
            Failure::input(texts.join("；"), fields.join("、"), "改正后再试；没有改动任何内容")
        }
        Refused::Rule { what, basis, todo } => {
            let place = if basis.is_empty() { "规则" } else { basis };
            Failure::input(what.clone(), place.to_owned(), todo.clone())
        }
        Refused::Changed { what } => Failure::input(what.clone(), "数据库", "看过最新情况再试"),
        Refused::Storage(error) => Failure::machine(
            format!("数据库没有办成（{error}）"),
            "数据库",
            "用 baoxue doctor 检查，再试一次",
        ),
        Refused::Fault(text) => Failure::machine(text.clone(), "数据库", "用 baoxue doctor 检查"),
        Refused::Busy { after } => {
            Failure::machine("现在有别的工作占着", "数据库", format!("{after}秒后再试"))
        }
        Refused::StepUp { .. } => Failure::machine(refused.to_string(), "--as", "请在网页上办理"),
    }
}
