using Orchestrator.Machine.Service;
using Orchestrator.Plans;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>version --json</c>.</summary>
/// <param name="Version">Version of the program.</param>
/// <param name="Build">Version and commit: the build id of its workers.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Platform">Operating system and processor.</param>
public sealed record VersionDocument(string Version, string Build, string Runtime, string Platform) : Document;

/// <summary>Answer of <c>trust --json</c>.</summary>
/// <param name="Repository">Root of the repository.</param>
/// <param name="Trusted">True when nothing is left to be trusted.</param>
/// <param name="Items">What the repository's files ask for.</param>
public sealed record TrustDocument(string Repository, bool Trusted, IReadOnlyList<TrustEntry> Items) : Document;

/// <summary>Answer of <c>accept --json</c>.</summary>
/// <param name="Items">Items that were put aside when the command was called.</param>
public sealed record AcceptDocument(IReadOnlyList<AsideEntry> Items) : Document;

/// <summary>Answer of <c>flaky --json</c>.</summary>
/// <param name="Seen">Tests that failed by chance in the latest verdicts of their gates on this machine.</param>
/// <param name="Quarantined">Tests in quarantine, also those whose last day is over.</param>
public sealed record FlakyDocument(IReadOnlyList<FlakyTest> Seen, IReadOnlyList<QuarantinedTest> Quarantined) : Document;

/// <summary>An item that was put aside.</summary>
/// <param name="Id">Names it to <c>accept</c>.</param>
/// <param name="Name">Its place, relative to the repository's common folder; a setting's name is behind a colon.</param>
/// <param name="Title">What it is, for people.</param>
/// <param name="Content">A file's text, or a setting's values, one per line.</param>
/// <param name="Time">When it was put aside.</param>
/// <param name="While">Which agent was at work.</param>
/// <param name="Accepted">True when this call has taken it back.</param>
public sealed record AsideEntry(string Id, string Name, string Title, string Content, DateTimeOffset Time, string While, bool Accepted);

/// <summary>Something in a repository's files that needs trust.</summary>
/// <param name="Kind"><c>runs</c>, <c>speaksTo</c>, <c>handsOver</c> or <c>decides</c>.</param>
/// <param name="Setting">The setting or variable, or how it was found.</param>
/// <param name="Value">The command, address or value; never a secret.</param>
/// <param name="Source">File and line.</param>
public sealed record TrustEntry(string Kind, string Setting, string Value, string Source);

/// <summary>Answer of <c>service install --json</c>, <c>service remove --json</c> and <c>service status --json</c>.</summary>
/// <param name="Unit">Name of the systemd user unit.</param>
/// <param name="File">Absolute path of its file.</param>
/// <param name="Installed">The file is there, as it was written.</param>
/// <param name="Edited">The file is there, and somebody changed it or made it.</param>
/// <param name="Enabled">It is started at login, or at boot with lingering.</param>
/// <param name="Active">systemd's words for its state; empty where systemd does not answer.</param>
/// <param name="Process">Id of its process; null: none runs.</param>
/// <param name="Lingers">The user's services are started at boot and outlive the last logout; null: unknown.</param>
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

/// <summary>The document of <c>agents --json</c>.</summary>
/// <param name="Agents">All agents that tasks may name.</param>
public sealed record AgentsDocument(IReadOnlyList<AgentEntry> Agents) : Document;

/// <summary>An agent as it is found on this machine.</summary>
/// <param name="Name">Its name in settings and plans.</param>
/// <param name="Default">It works on tasks that name none.</param>
/// <param name="Status"><c>ok</c>, <c>warn</c> or <c>fail</c>.</param>
/// <param name="Message">A sentence.</param>
/// <param name="Cure">What to do; null when nothing has to be done.</param>
/// <param name="Version">The version that is installed; null: unknown.</param>
/// <param name="Tried">The versions that were tried; null: none was.</param>
/// <param name="LoggedIn">Whether it is logged in or has a key; null: unknown without a call.</param>
/// <param name="Kit">Its score in the conformance kit; null: it was never put to it.</param>
public sealed record AgentEntry(
    string Name,
    bool Default,
    string Status,
    string Message,
    string? Cure,
    string? Version,
    string? Tried,
    bool? LoggedIn,
    KitEntry? Kit
);

/// <summary>A score in the conformance kit.</summary>
/// <param name="Passed">How many rudenesses were survived.</param>
/// <param name="Of">Of how many.</param>
/// <param name="Version">The version whose manners were played; null: those of its documents.</param>
/// <param name="Fails">Names of the others.</param>
public sealed record KitEntry(int Passed, int Of, string? Version, IReadOnlyList<string> Fails);
