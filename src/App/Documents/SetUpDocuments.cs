using Orchestrator.Machine.Service;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>version --json</c>.</summary>
/// <param name="Version">Version of the program.</param>
/// <param name="Build">Version and commit: the build id of its workers.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Platform">Operating system and processor.</param>
public sealed record VersionDocument(string Version, string Build, string Runtime, string Platform) : Document;

/// <summary>Output of <c>trust --json</c>.</summary>
/// <param name="Repository">Root of the repository.</param>
/// <param name="Trusted">True if all items are trusted.</param>
/// <param name="Items">Items in the repository's files that require trust.</param>
public sealed record TrustDocument(string Repository, bool Trusted, IReadOnlyList<TrustEntry> Items) : Document;

/// <summary>Output of <c>accept --json</c>.</summary>
/// <param name="Items">Items that were quarantined when the command was called.</param>
public sealed record AcceptDocument(IReadOnlyList<QuarantinedEntry> Items) : Document;

/// <summary>Output of <c>flaky --json</c>.</summary>
/// <param name="Seen">Tests that were flaky in the latest verdicts of their gates on this machine.</param>
/// <param name="Quarantined">Tests in quarantine, including those whose quarantine has expired.</param>
public sealed record FlakyDocument(IReadOnlyList<FlakyTest> Seen, IReadOnlyList<QuarantinedTest> Quarantined) : Document;

/// <summary>A file or setting in a repository's common git folder that was changed while an agent ran, and was therefore
/// quarantined.</summary>
/// <param name="Id">Identifies the item for <c>accept</c>.</param>
/// <param name="Name">Path relative to the repository's common folder; a colon separates it from a setting's name.</param>
/// <param name="Title">Description of the item.</param>
/// <param name="Content">Text of a file, or values of a setting, one per line.</param>
/// <param name="Time">Time at which it was quarantined.</param>
/// <param name="While">Agent that was running.</param>
/// <param name="Accepted">True if this call restored the item.</param>
public sealed record QuarantinedEntry(
    string Id,
    string Name,
    string Title,
    string Content,
    DateTimeOffset Time,
    string While,
    bool Accepted
);

/// <summary>An item in a repository's files that requires trust.</summary>
/// <param name="Kind"><c>runs</c>, <c>speaksTo</c>, <c>handsOver</c> or <c>decides</c>.</param>
/// <param name="Setting">Setting or variable, or the way in which the item was found.</param>
/// <param name="Value">Command, address or value; never a secret.</param>
/// <param name="Source">File and line.</param>
public sealed record TrustEntry(string Kind, string Setting, string Value, string Source);

/// <summary>Output of <c>service install --json</c>, <c>service remove --json</c> and <c>service status --json</c>.</summary>
/// <param name="Unit">Name of the systemd user unit.</param>
/// <param name="File">Absolute path of the unit's file.</param>
/// <param name="Installed">True if the file exists as it was written.</param>
/// <param name="Edited">True if the file exists, but was changed or created by someone else.</param>
/// <param name="Enabled">True if the unit starts at login, or at boot with lingering.</param>
/// <param name="Active">State of the unit as systemd reports it; empty if systemd does not answer.</param>
/// <param name="Process">Id of the unit's process, or null if none runs.</param>
/// <param name="Lingers">True if the user's services start at boot and outlive the last logout, or null if unknown.</param>
public sealed record ServiceDocument(
    string Unit,
    string File,
    bool Installed,
    bool Edited,
    bool Enabled,
    string Active,
    int? Process,
    bool? Lingers
) : Document
{
    public static ServiceDocument Of(ServiceState state) =>
        new(
            state.Name,
            state.File,
            state.Kind == UnitFileKind.Own,
            state.Kind is UnitFileKind.Edited or UnitFileKind.Foreign,
            state.IsEnabled,
            state.Active,
            state.Process == 0 ? null : state.Process,
            state.Lingers
        );
}

/// <summary>Output of <c>agents --json</c>.</summary>
/// <param name="Agents">All agents that a task may name.</param>
public sealed record AgentsDocument(IReadOnlyList<AgentEntry> Agents) : Document;

/// <summary>An agent and its state on this machine.</summary>
/// <param name="Name">Name in settings and plans.</param>
/// <param name="Default">True if the agent works on tasks that name no agent.</param>
/// <param name="Status"><c>ok</c>, <c>warn</c> or <c>fail</c>.</param>
/// <param name="Message">Description of the state in a sentence.</param>
/// <param name="Cure">Suggested fix, or null if none is needed.</param>
/// <param name="Version">Installed version, or null if unknown.</param>
/// <param name="Tried">Tested versions, or null if none was tested.</param>
/// <param name="LoggedIn">True if the agent is logged in or has a key, or null if that can't be determined without a call.</param>
/// <param name="Kit">Score in the conformance kit, or null if the agent was never tested with it.</param>
public sealed record AgentEntry(
    string Name,
    bool Default,
    string Status,
    string Message,
    string? Cure,
    string? Version,
    string? Tried,
    bool? LoggedIn,
    ConformanceScoreEntry? Kit
);

/// <summary>A score in the conformance kit.</summary>
/// <param name="Passed">Number of passed misbehavior tests.</param>
/// <param name="Of">Total number of misbehavior tests.</param>
/// <param name="Version">Version whose behavior was simulated, or null if it follows the agent's documentation.</param>
/// <param name="Fails">Names of the failed tests.</param>
public sealed record ConformanceScoreEntry(int Passed, int Of, string? Version, IReadOnlyList<string> Fails);
