//! Values that go into statements and come out of rows, the same on both engines. It must not know tables.

use std::borrow::Cow;

use ::postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use jiff::civil::Date;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::error::DbError;

type Refusal = Box<dyn std::error::Error + Sync + Send>;

/// One parameter of a statement, or one column of a row. Truth is 0 or 1, a date is ISO text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value<'a> {
    /// SQL `null`.
    Null,
    /// `bigint`.
    Int(i64),
    /// `text`; it may not contain the character U+0000, which PostgreSQL cannot store.
    Text(Cow<'a, str>),
    /// `bytea`, on SQLite `blob`.
    Bytes(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The same value, on its own.
    #[must_use]
    pub fn to_static(&self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(*number),
            Self::Text(text) => Value::Text(Cow::Owned(text.clone().into_owned())),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.clone().into_owned())),
        }
    }
}

/// The parameters of a statement: `&params![county, &name, 3]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::db::Value::from($value)),*] };
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&&'a str> for Value<'a> {
    fn from(text: &&'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(bytes))
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}

impl From<Date> for Value<'_> {
    fn from(date: Date) -> Self {
        Self::Text(Cow::Owned(date.to_string()))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Numbers beyond `i64` become `i64::MAX`: no count of this program comes near it, and none wraps to a wrong one.
macro_rules! numbers {
    ($($number:ty)*) => { $(
        impl From<$number> for Value<'_> {
            fn from(number: $number) -> Self {
                Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl FromColumn for $number {
            fn from_column(value: Value<'_>) -> Option<Self> {
                match value { Value::Int(number) => Self::try_from(number).ok(), _ => None }
            }
        }
    )* };
}
numbers!(i64 i32 i16 u64 u32 u16 u8 usize);

/// What a column can be read as. `None`: the column holds something else, or a number out of range.
pub trait FromColumn: Sized {
    /// Reads the value.
    fn from_column(value: Value<'_>) -> Option<Self>;
}

impl FromColumn for String {
    fn from_column(value: Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.into_owned()) } else { None }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(value: Value<'_>) -> Option<Self> {
        if let Value::Bytes(bytes) = value { Some(bytes.into_owned()) } else { None }
    }
}

impl FromColumn for bool {
    fn from_column(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl FromColumn for Date {
    fn from_column(value: Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value { text.parse().ok() } else { None }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: Value<'_>) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::from_column(value).map(Some) }
    }
}

/// One row of an answer.
pub struct Row<'a>(pub(super) Source<'a>);

pub(super) enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a ::postgres::Row),
}

impl Row<'_> {
    /// The column at `index`, from 0.
    ///
    /// # Errors
    /// `Other` when there is no such column, or it holds another type or a number out of range.
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T, DbError> {
        let wrong = || DbError::Other(format!("column {index} is not a {}", std::any::type_name::<T>()));
        T::from_column(self.value(index)?).ok_or_else(wrong)
    }

    /// The column at `index` as it is.
    ///
    /// # Errors
    /// `Other` when there is no such column, or its type is none of ours.
    pub fn value(&self, index: usize) -> Result<Value<'_>, DbError> {
        let none = || DbError::Other(format!("column {index} is missing or of a type that is not used here"));
        match self.0 {
            Source::Sqlite(row) => match row.get_ref(index).map_err(|_| none())? {
                ValueRef::Null => Ok(Value::Null),
                ValueRef::Integer(number) => Ok(Value::Int(number)),
                // SQLite does not look: text that is none was changed on the disk (I11).
                ValueRef::Text(text) => std::str::from_utf8(text)
                    .map(Value::from)
                    .map_err(|_| DbError::Corrupt(format!("column {index} is no text"))),
                ValueRef::Blob(bytes) => Ok(Value::Bytes(Cow::Borrowed(bytes))),
                ValueRef::Real(_) => Err(none()),
            },
            Source::Postgres(row) => row.try_get(index).map_err(|_| none()),
        }
    }

    /// How many columns it has.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.0 {
            Source::Sqlite(row) => row.as_ref().column_count(),
            Source::Postgres(row) => row.len(),
        }
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) if text.contains('\0') => {
                return Err(rusqlite::Error::ToSqlConversionFailure("text with U+0000".into()));
            }
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Refusal> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::INT8 => number.to_sql(kind, out),
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Text(text) if text.contains('\0') => Err("text with U+0000".into()),
            Self::Text(text) if <&str as ToSql>::accepts(kind) => text.as_ref().to_sql(kind, out),
            Self::Bytes(bytes) if *kind == Type::BYTEA => bytes.as_ref().to_sql(kind, out),
            _ => Err(format!("a parameter does not fit {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Refusal> {
        Ok(match *kind {
            Type::INT8 => Self::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Self::Int(i64::from(i32::from_sql(kind, raw)?)),
            Type::INT2 => Self::Int(i64::from(i16::from_sql(kind, raw)?)),
            Type::BOOL => Self::Int(i64::from(bool::from_sql(kind, raw)?)),
            Type::BYTEA => Self::Bytes(Cow::Borrowed(raw)),
            _ if <&str as FromSql>::accepts(kind) => Self::Text(Cow::Borrowed(<&str>::from_sql(kind, raw)?)),
            _ => return Err(format!("{kind} is not used here").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Refusal> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
