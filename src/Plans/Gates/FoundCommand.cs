namespace Orchestrator.Plans;

/// <summary>Purpose of a command that was found in a project's files.</summary>
public enum FoundCommandKind
{
    /// <summary>The command sets up a fresh worktree.</summary>
    SetUp,

    /// <summary>The command checks the work.</summary>
    Gate,

    /// <summary>A gate that also checks types: a type checker or a build.</summary>
    TypeGate,

    /// <summary>An MCP server for agents: the command is its name, the meaning its definition.</summary>
    McpServer,

    /// <summary>No command, but the patterns of <c>.worktreeinclude</c>: uncommitted files are copied to worktrees of agents.</summary>
    Includes,

    /// <summary>A setting of the repository's own git configuration that makes git run a program: the command is its name, the meaning its
    /// value.</summary>
    GitSetting,
}

/// <summary>A command that is not configured: it is in the project's manifests and lock files.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Command">Run as <c>/bin/sh -c TEXT</c>.</param>
/// <param name="File">The file that asks for it.</param>
/// <param name="Meaning">The file's definition of the command, such as the text of an npm script; empty where the command defines
/// itself.</param>
public sealed record FoundCommand(FoundCommandKind Kind, string Command, string File, string Meaning = "");
