namespace Orchestrator.Workflows.Runs;

/// <summary>Outage of an account or a host, with the tasks that probe it.</summary>
internal sealed class Outage(string name, Reason? why, TimeSpan pause)
{
    /// <summary>The account; empty for the host.</summary>
    public string Name { get; } = name;

    /// <summary>The first failure. Shown once, however often the outage is probed.</summary>
    public Reason? Why { get; } = why;

    /// <summary>Delay before the next probe.</summary>
    public TimeSpan Pause { get; private set; } = pause;

    /// <summary>Signature of the failures that revealed the outage; empty if an agent reported it.</summary>
    public string Signature { get; set; } = "";

    /// <summary>Time at which a usage limit resets, or null to probe until the outage ends.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Tasks that were resumed as probes.</summary>
    public HashSet<string> Tries { get; } = new(StringComparer.Ordinal);

    /// <summary>True if one more task may start, as a probe.</summary>
    public bool MayStartOne { get; set; }

    /// <summary>Number of failures. A probe has failed if this number has grown.</summary>
    public int Failures { get; set; }

    /// <summary>True while a prober runs.</summary>
    public bool IsProbed { get; set; }

    /// <summary>True if the account or host works again.</summary>
    public bool IsOver { get; set; }

    /// <summary>Returns the outage for clients.</summary>
    public OutageStatus ToStatus() => new(Name, Why, Until);

    /// <summary>Doubles the delay before the next probe, up to <see cref="Outages.LongestPause"/>.</summary>
    public void PauseLonger() => Pause = TimeSpan.FromTicks(Math.Min(Pause.Ticks * 2, Outages.LongestPause.Ticks));
}
