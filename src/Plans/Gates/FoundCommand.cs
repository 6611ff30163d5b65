namespace Orchestrator.Plans;

/// <summary>What a command that was found in a project's files is for.</summary>
public enum FoundCommandKind
{
    /// <summary>It makes a fresh worktree usable.</summary>
    SetUp,

    /// <summary>It shows whether work is good.</summary>
    Gate,

    /// <summary>A gate that also notices wrong types: a type checker or a build.</summary>
    TypeGate,

    /// <summary>An MCP server that agents may be given: its name stands for the command, its definition is the meaning.</summary>
    McpServer,

    /// <summary>No command, but what <c>.worktreeinclude</c> asks for: files that are not committed are copied to where agents work. The
    /// patterns are the command.</summary>
    Includes,
}

/// <summary>A command that nobody configured: the project's manifests and lock files ask for it.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Command">Run as <c>/bin/sh -c TEXT</c>.</param>
/// <param name="File">The file that asks for it.</param>
/// <param name="Meaning">What the file itself says that the command does, such as the text of an npm script; empty where it is the
/// command's own business.</param>
public sealed record FoundCommand(FoundCommandKind Kind, string Command, string File, string Meaning = "");
