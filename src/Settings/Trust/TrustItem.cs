using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Settings;

/// <summary>Effect of an item once it is trusted.</summary>
public enum TrustKind
{
    /// <summary>The item runs a program.</summary>
    Runs,

    /// <summary>Connects to an address, or sets options of the connection.</summary>
    SpeaksTo,

    /// <summary>Passes a variable to programs.</summary>
    HandsOver,

    /// <summary>Grants a permission or makes a decision that overrides the user's own settings.</summary>
    Decides,
}

/// <summary>An entry in a repository's own files that needs trust.</summary>
/// <param name="Kind">Effect of the item.</param>
/// <param name="Setting">Name of the setting or variable, or <c>found gate</c>, <c>found set-up</c>.</param>
/// <param name="Value">The command, address or effective value. Never a secret.</param>
/// <param name="Source">File and line.</param>
public sealed record TrustItem(TrustKind Kind, string Setting, string Value, string Source);

/// <summary>Everything that trusting a repository would permit.</summary>
/// <param name="Items">Items in display order.</param>
public sealed record TrustQuestion(IReadOnlyList<TrustItem> Items)
{
    /// <summary>Hash of the items, independent of their position in the files.</summary>
    public string Fingerprint
    {
        get
        {
            var text = string.Join('\n', Items.Select(item => $"{item.Kind}\0{item.Setting}\0{item.Value}").Order(StringComparer.Ordinal));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }
}
