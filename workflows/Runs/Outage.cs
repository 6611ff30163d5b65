namespace Orchestrator.Workflows.Runs;

/// <summary>An account, or the machine, that does not work: who waits for it, and who tries it.</summary>
internal sealed class Outage(string name, string reason, TimeSpan pause)
{
    /// <summary>The account; empty for the machine.</summary>
    public string Name { get; } = name;

    /// <summary>What brought it to light; said once, however often it is tried.</summary>
    public string Reason { get; } = reason;

    /// <summary>How long to wait before it is tried again.</summary>
    public TimeSpan Pause { get; set; } = pause;

    /// <summary>How the tasks failed that brought it to light; empty where an agent said it itself.</summary>
    public string Signature { get; set; } = "";

    /// <summary>When a usage limit ends; null: it is tried until it works.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Tasks that were told to go on, to see whether it works.</summary>
    public HashSet<string> Tries { get; } = new(StringComparer.Ordinal);

    /// <summary>One more task may start, to see whether it works.</summary>
    public bool MayStartOne { get; set; }

    /// <summary>Counts the failures: a try has failed when this has grown.</summary>
    public int Failures { get; set; }

    /// <summary>Somebody sees to it that it is tried.</summary>
    public bool IsProbed { get; set; }

    /// <summary>It works again.</summary>
    public bool IsOver { get; set; }
}
