namespace Orchestrator.Plans;

/// <summary>Purpose of a command that was found in a project's files.</summary>
public enum DetectedCommandKind
{
    /// <summary>The command sets up a fresh worktree.</summary>
    SetUp,

    /// <summary>The command checks the work.</summary>
    Gate,

    /// <summary>A gate that also checks types: a type checker or a build.</summary>
    TypeGate,

    /// <summary>An MCP server for agents. The command is the server's name, the meaning its definition.</summary>
    McpServer,

    /// <summary>Not a command but the patterns in <c>.worktreeinclude</c>, which copy uncommitted files to agents' worktrees.</summary>
    Includes,

    /// <summary>A setting in the repository's git configuration that makes git run a program. The command is the setting's name, the
    /// meaning its value.</summary>
    GitSetting,
}

/// <summary>A command that was found in the project's manifests and lock files instead of the configuration.</summary>
/// <param name="Kind">Purpose of the command.</param>
/// <param name="Command">Text that runs as <c>/bin/sh -c TEXT</c>.</param>
/// <param name="File">File that defines or requires the command.</param>
/// <param name="Meaning">Definition of the command in the file, such as the text of an npm script. Empty if the command is
/// self-explanatory.</param>
public sealed record DetectedCommand(DetectedCommandKind Kind, string Command, string File, string Meaning = "");
