using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Settings;

/// <summary>Effect of an entry in a repository's files once the user trusts it.</summary>
public enum TrustRequiringSettingEffect
{
    /// <summary>Runs a program.</summary>
    Runs,

    /// <summary>Makes programs connect to an address, or sets options of that connection.</summary>
    SpeaksTo,

    /// <summary>Passes a variable on to programs.</summary>
    HandsOver,

    /// <summary>Grants a permission or makes a decision that overrides the user's own settings.</summary>
    Decides,
}

/// <summary>An entry in a repository's own files that has no effect until the user trusts the repository.</summary>
/// <param name="Kind">Effect of the item.</param>
/// <param name="Setting">Name of the setting or variable, or <c>found gate</c> or <c>found set-up</c>.</param>
/// <param name="Value">Command, address or effective value. Never a secret.</param>
/// <param name="Source">File and line of the entry.</param>
public sealed record TrustRequiringRepositorySetting(TrustRequiringSettingEffect Kind, string Setting, string Value, string Source);

/// <summary>Everything that a user permits by trusting a repository.</summary>
/// <param name="Items">Items in display order.</param>
public sealed record RepositoryTrustRequest(IReadOnlyList<TrustRequiringRepositorySetting> Items)
{
    /// <summary>Hash of the items. It does not depend on the items' positions in the files.</summary>
    public string Fingerprint
    {
        get
        {
            var text = string.Join('\n', Items.Select(item => $"{item.Kind}\0{item.Setting}\0{item.Value}").Order(StringComparer.Ordinal));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }
}
