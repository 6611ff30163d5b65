namespace Orchestrator.Plans;

/// <summary>Kind of a command that was found in a project's files.</summary>
public enum DetectedCommandKind
{
    /// <summary>A command that sets up a new worktree.</summary>
    SetUp,

    /// <summary>A gate that checks the work.</summary>
    Gate,

    /// <summary>A gate that also checks types, such as a type checker or a build.</summary>
    TypeGate,

    /// <summary>
    /// An MCP server for agents. <see cref="DetectedCommand.Command"/> is the server's name, and <see cref="DetectedCommand.Meaning"/> its
    /// definition.
    /// </summary>
    McpServer,

    /// <summary>
    /// Not a command, but the patterns in <c>.worktreeinclude</c>, which select uncommitted files that are copied to agents' worktrees.
    /// </summary>
    Includes,

    /// <summary>
    /// A setting in the repository's git configuration that makes git run a program. <see cref="DetectedCommand.Command"/> is the setting's
    /// name, and <see cref="DetectedCommand.Meaning"/> its value.
    /// </summary>
    GitSetting,
}

/// <summary>A command that was found in the project's own files, such as manifests, and not in the orchestrator's configuration.</summary>
/// <param name="Kind">Kind of the command.</param>
/// <param name="Command">Shell command that is run as <c>/bin/sh -c TEXT</c>.</param>
/// <param name="File">File that defines or requires the command.</param>
/// <param name="Meaning">Definition of the command in the file, such as the text of an npm script. Empty if the command is
/// self-explanatory.</param>
public sealed record DetectedCommand(DetectedCommandKind Kind, string Command, string File, string Meaning = "");
