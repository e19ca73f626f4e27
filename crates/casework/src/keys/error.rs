//! Why a key file or a sealed field is refused, in words for the person who runs the machine. Holds no key, no text.

use std::fmt;
use std::path::PathBuf;

use super::KeyId;

/// What went wrong with the key file or a sealed field. Shown as what · where · what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    /// There is a key file already.
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is no key file.
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        said: String,
    },
    /// It cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        said: String,
    },
    /// Others than its owner may read or write it (hazard I08).
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not a complete key file.
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1; 0 for the whole file.
        line: usize,
        /// What is wrong there; never the line itself.
        what: &'static str,
    },
    /// It is the file of another installation.
    Other {
        /// The file.
        path: PathBuf,
    },
    /// The active key cannot be retired.
    StillActive {
        /// The key.
        id: KeyId,
    },
    /// No key of that name is in the file.
    Unknown {
        /// The key.
        id: KeyId,
    },
    /// A key's name is eight lower-case hex digits.
    Id,
    /// These bytes are no sealed field.
    Blob,
    /// The field was changed, or belongs to another place (hazard K08).
    Refused,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists { path } => write!(
                f,
                "密钥文件已存在，没有改动它 · {} · 如要沿用请直接启动；如要新建请换一个位置",
                path.display()
            ),
            Self::Missing { path } => write!(
                f,
                "找不到密钥文件 · {} · 请从保管处取回密钥文件的备份；没有它，已加密的证件号、电话和住址无法读出",
                path.display()
            ),
            Self::Read { path, said } => {
                write!(f, "密钥文件读不出来（{said}） · {} · 请检查该文件的所有者和所在磁盘", path.display())
            }
            Self::Write { path, said } => write!(
                f,
                "密钥文件写不进去（{said}） · {} · 请检查所在文件夹的写权限和磁盘空间；原文件没有改动",
                path.display()
            ),
            Self::Open { path, mode } => write!(
                f,
                "密钥文件的权限是 {mode:04o}，其他用户也能读写 · {} · 请运行 chmod 600 后再启动，并考虑更换密钥",
                path.display()
            ),
            Self::Malformed { path, line: 0, what } => {
                write!(
                    f,
                    "密钥文件{what} · {} · 请用备份的密钥文件替换；确认系统从未启用过，才可删除后新建",
                    path.display()
                )
            }
            Self::Malformed { path, line, what } => write!(
                f,
                "密钥文件{what} · {} 第{line}行 · 请用备份的密钥文件替换，不要手工修改",
                path.display()
            ),
            Self::Other { path } => write!(
                f,
                "这是另一套系统的密钥文件 · {} · 请换回本系统的密钥文件，或重新启动",
                path.display()
            ),
            Self::StillActive { id } => {
                write!(f, "正在使用的密钥不能停用 · 密钥 {id} · 请先更换密钥，并等全部数据重新加密")
            }
            Self::Unknown { id } => write!(
                f,
                "密钥文件里没有这把密钥 · 密钥 {id} · 请确认密钥文件与数据库来自同一套系统、同一次备份"
            ),
            Self::Id => f.write_str("密钥编号不对 · 输入的编号 · 应为八位十六进制数字，例如 0a1b2c3d"),
            Self::Blob => f.write_str("加密内容不完整 · 数据库中的加密字段 · 请从备份恢复该行，并报告安全管理员"),
            Self::Refused => f.write_str(
                "加密内容被改动过，或不属于这一行 · 数据库中的加密字段 · 请停止使用该行，从备份恢复，并报告安全管理员",
            ),
        }
    }
}

impl std::error::Error for KeyError {}
