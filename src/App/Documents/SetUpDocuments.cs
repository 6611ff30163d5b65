using Orchestrator.App.Service;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>version --json</c>.</summary>
/// <param name="Version">Version of the program.</param>
/// <param name="Build">Version with the commit. It is the build id of this program's workers.</param>
/// <param name="Runtime">Name and version of the .NET runtime.</param>
/// <param name="Platform">Operating system and processor architecture.</param>
public sealed record VersionDocument(string Version, string Build, string Runtime, string Platform) : SchemaVersionedDocument;

/// <summary>Output of <c>trust --json</c>.</summary>
/// <param name="Repository">Absolute path of the repository's root.</param>
/// <param name="Trusted">True if the user trusts all items.</param>
/// <param name="Items">Items in the repository's files that require the user's trust.</param>
public sealed record TrustDocument(string Repository, bool Trusted, IReadOnlyList<TrustEntry> Items) : SchemaVersionedDocument;

/// <summary>Output of <c>accept --json</c>.</summary>
/// <param name="Items">Items that were quarantined when the command was called.</param>
public sealed record QuarantineAcceptDocument(IReadOnlyList<QuarantinedItemEntry> Items) : SchemaVersionedDocument;

/// <summary>Output of <c>flaky --json</c>.</summary>
/// <param name="Seen">Tests whose latest results on this machine were flaky.</param>
/// <param name="Quarantined">Tests in quarantine, including tests whose quarantine has expired.</param>
public sealed record FlakyDocument(IReadOnlyList<FlakyTest> Seen, IReadOnlyList<QuarantinedTest> Quarantined) : SchemaVersionedDocument;

/// <summary>A file or setting in a repository's common git folder, quarantined because it changed while an agent was running.</summary>
/// <param name="Id">Id of the item, which <c>accept</c> takes as argument.</param>
/// <param name="Name">Path of the file, relative to the common git folder. The name of a setting follows after a colon.</param>
/// <param name="Title">Description of the item.</param>
/// <param name="Content">Text of the file, or values of the setting with one per line.</param>
/// <param name="Time">Time at which the item was quarantined.</param>
/// <param name="While">Agent that was running at that time.</param>
/// <param name="Accepted">True if this command restored the item.</param>
public sealed record QuarantinedItemEntry(
    string Id,
    string Name,
    string Title,
    string Content,
    DateTimeOffset Time,
    string While,
    bool Accepted
);

/// <summary>An item in a repository's files that requires the user's trust.</summary>
/// <param name="Kind">Effect of the item, which is <c>runs</c>, <c>speaksTo</c>, <c>handsOver</c> or <c>decides</c>.</param>
/// <param name="Setting">Name of the setting or variable, or the way in which the item was found.</param>
/// <param name="Value">Command, address or value of the item. Never a secret.</param>
/// <param name="Source">File and line that contain the item.</param>
public sealed record TrustEntry(string Kind, string Setting, string Value, string Source);

/// <summary>Output of <c>service install --json</c>, <c>service remove --json</c> and <c>service status --json</c>.</summary>
/// <param name="Unit">Name of the systemd user unit.</param>
/// <param name="File">Absolute path of the unit's file.</param>
/// <param name="Installed">True if the file exists with the content that <c>service install</c> wrote.</param>
/// <param name="Edited">True if the file exists, but a user or another program changed or created it.</param>
/// <param name="Enabled">True if the unit starts when the user logs in. With lingering, it starts when the machine boots.</param>
/// <param name="Active">State of the unit as systemd reports it, or empty if systemd does not respond.</param>
/// <param name="Process">Id of the unit's process, or null if it is not running.</param>
/// <param name="Lingers">True if the user's services start when the machine boots and continue after the last logout. Null if
/// unknown.</param>
public sealed record ServiceDocument(
    string Unit,
    string File,
    bool Installed,
    bool Edited,
    bool Enabled,
    string Active,
    int? Process,
    bool? Lingers
) : SchemaVersionedDocument
{
    /// <summary>Creates the document from the state of the systemd unit.</summary>
    public static ServiceDocument Of(SystemdServiceStatus state) =>
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
public sealed record AgentsDocument(IReadOnlyList<AgentEntry> Agents) : SchemaVersionedDocument;

/// <summary>An agent with its state on this machine.</summary>
/// <param name="Name">Name of the agent in settings and plans.</param>
/// <param name="Default">True if the agent works on tasks that specify no agent.</param>
/// <param name="Status">Status of the agent, which is <c>ok</c>, <c>warn</c> or <c>fail</c>.</param>
/// <param name="Message">Sentence that describes the status.</param>
/// <param name="Cure">Suggested remedy, or null if none is needed.</param>
/// <param name="Version">Installed version, or null if unknown.</param>
/// <param name="Tried">Versions that were tested, or null if none was tested.</param>
/// <param name="LoggedIn">True if the agent is logged in or has an API key. Null if this can be determined only by a call to the
/// service.</param>
/// <param name="Kit">Result of the agent in the conformance tests, or null if they were never run with it.</param>
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

/// <summary>An agent's result in the conformance tests.</summary>
/// <param name="Passed">Number of passed tests. Each test simulates misbehavior of the agent.</param>
/// <param name="Of">Total number of tests.</param>
/// <param name="Version">Version of the agent that the tests simulate, or null if they are based on its documentation.</param>
/// <param name="Fails">Names of the failed tests.</param>
public sealed record ConformanceScoreEntry(int Passed, int Of, string? Version, IReadOnlyList<string> Fails);
