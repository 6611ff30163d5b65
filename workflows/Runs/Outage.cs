namespace Orchestrator.Workflows.Runs;

/// <summary>An account or a machine that does not work: which tasks wait for it, and which one probes it.</summary>
internal sealed class Outage(string name, Reason? why, TimeSpan pause)
{
    /// <summary>The account; empty for the machine.</summary>
    public string Name { get; } = name;

    /// <summary>The first failure; shown once, however often it is probed.</summary>
    public Reason? Why { get; } = why;

    /// <summary>Delay before the next probe.</summary>
    public TimeSpan Pause { get; private set; } = pause;

    /// <summary>Signature of the failures that revealed it; empty where an agent reported it.</summary>
    public string Signature { get; set; } = "";

    /// <summary>When a usage limit ends; null: probed until it works.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Tasks that were resumed to probe it.</summary>
    public HashSet<string> Tries { get; } = new(StringComparer.Ordinal);

    /// <summary>One more task may start, as a probe.</summary>
    public bool MayStartOne { get; set; }

    /// <summary>Number of failures: a probe has failed when this has grown.</summary>
    public int Failures { get; set; }

    /// <summary>A prober is running.</summary>
    public bool IsProbed { get; set; }

    /// <summary>True if the account or the machine works again.</summary>
    public bool IsOver { get; set; }

    /// <summary>The outage for clients.</summary>
    public OutageStatus ToStatus() => new(Name, Why, Until);

    /// <summary>Doubles the delay before the next probe, up to <see cref="Outages.LongestPause"/>.</summary>
    public void PauseLonger() => Pause = TimeSpan.FromTicks(Math.Min(Pause.Ticks * 2, Outages.LongestPause.Ticks));
}
