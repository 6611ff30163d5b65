using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Settings;

/// <summary>Effect of an item if it is trusted.</summary>
public enum TrustKind
{
    /// <summary>A program is run.</summary>
    Runs,

    /// <summary>A connection to an address, or its options.</summary>
    SpeaksTo,

    /// <summary>A variable is passed to programs.</summary>
    HandsOver,

    /// <summary>A permission or decision that overrides the person's own settings.</summary>
    Decides,
}

/// <summary>Something in a repository's own files that needs trust.</summary>
/// <param name="Kind">What would happen.</param>
/// <param name="Setting">Name of the setting or variable, or <c>found gate</c>, <c>found set-up</c>.</param>
/// <param name="Value">The command, address or effective value. Never a secret.</param>
/// <param name="Source">File and line.</param>
public sealed record TrustItem(TrustKind Kind, string Setting, string Value, string Source);

/// <summary>Everything that trusting a repository would allow here.</summary>
/// <param name="Items">In the order people read them.</param>
public sealed record TrustQuestion(IReadOnlyList<TrustItem> Items)
{
    /// <summary>Hash of the items, independent of their place in the files.</summary>
    public string Fingerprint
    {
        get
        {
            var text = string.Join('\n', Items.Select(item => $"{item.Kind}\0{item.Setting}\0{item.Value}").Order(StringComparer.Ordinal));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }
}
