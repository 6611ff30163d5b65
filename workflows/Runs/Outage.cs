namespace Orchestrator.Workflows.Runs;

/// <summary>Outage of an account or host, and the tasks that probe it.</summary>
internal sealed class Outage(string name, Reason? why, TimeSpan pause)
{
    /// <summary>Name of the account; empty for the host.</summary>
    public string Name { get; } = name;

    /// <summary>Reason for the outage, taken from its first failure. Later failures do not change it.</summary>
    public Reason? Why { get; } = why;

    /// <summary>Delay before the next probe.</summary>
    public TimeSpan Pause { get; private set; } = pause;

    /// <summary>Signature of the failures that revealed the outage; empty if an agent reported the outage.</summary>
    public string Signature { get; set; } = "";

    /// <summary>Time at which a usage limit resets, or null to probe until the outage ends.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Ids of the tasks that were resumed or started as probes.</summary>
    public HashSet<string> Tries { get; } = new(StringComparer.Ordinal);

    /// <summary>True if one more task may start as a probe.</summary>
    public bool MayStartOne { get; set; }

    /// <summary>Number of failures so far. If it grows during a probe, the probe has failed.</summary>
    public int Failures { get; set; }

    /// <summary>True while an <see cref="OutageProber"/> handles the outage.</summary>
    public bool IsProbed { get; set; }

    /// <summary>True if the account or host works again.</summary>
    public bool IsOver { get; set; }

    /// <summary>Returns the outage in the form shown to clients.</summary>
    public OutageStatus ToStatus() => new(Name, Why, Until);

    /// <summary>Doubles the delay before the next probe, up to <see cref="AccountAndHostOutageTracker.LongestPause"/>.</summary>
    public void PauseLonger() => Pause = TimeSpan.FromTicks(Math.Min(Pause.Ticks * 2, AccountAndHostOutageTracker.LongestPause.Ticks));
}
