using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Settings;

/// <summary>What would happen on this machine if an item were trusted.</summary>
public enum TrustKind
{
    /// <summary>A program is run.</summary>
    Runs,

    /// <summary>An address is spoken to, or it is decided how.</summary>
    SpeaksTo,

    /// <summary>Programs that are run are handed a variable.</summary>
    HandsOver,

    /// <summary>Something is allowed or decided that the person's own settings would decide otherwise.</summary>
    Decides,
}

/// <summary>One thing that a repository's own files ask for and that counts only after a yes.</summary>
/// <param name="Kind">What would happen.</param>
/// <param name="Setting">Name of the setting or variable, or <c>found gate</c>, <c>found set-up</c>.</param>
/// <param name="Value">The command, address or value as it would be in force. Never a secret.</param>
/// <param name="Source">File and line.</param>
public sealed record TrustItem(TrustKind Kind, string Setting, string Value, string Source)
{
    private static readonly string[] Running = ["gates.", "worktrees.setup", "agent", "planner.agent", "review.agent"];
    private static readonly string[] Speaking = ["temporal.", "planner.url", "planner.region", "review.url", "review.region"];

    /// <summary>What a setting does.</summary>
    internal static TrustKind KindOf(string setting) =>
        Begins(setting, Running)
        || (
            setting.StartsWith("agents.", StringComparison.Ordinal)
            && (setting.EndsWith(".command", StringComparison.Ordinal) || setting.EndsWith(".mcp", StringComparison.Ordinal))
        )
            ? TrustKind.Runs
        : Begins(setting, Speaking) ? TrustKind.SpeaksTo
        : TrustKind.Decides;

    // A name that ends with a dot stands for all below it.
    private static bool Begins(string setting, string[] names) =>
        Array.Exists(names, name => name.EndsWith('.') ? setting.StartsWith(name, StringComparison.Ordinal) : setting == name);
}

/// <summary>Everything that one yes to a repository would let it do here.</summary>
/// <param name="Items">In the order people read them.</param>
public sealed record TrustQuestion(IReadOnlyList<TrustItem> Items)
{
    /// <summary>Hash of what would run, be spoken to and be decided; where it stands in the files does not matter.</summary>
    public string Fingerprint
    {
        get
        {
            var text = string.Join('\n', Items.Select(item => $"{item.Kind}\0{item.Setting}\0{item.Value}").Order(StringComparer.Ordinal));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }
}
