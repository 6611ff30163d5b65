namespace Orchestrator.Git.Program;

/// <summary>One call of the git program.</summary>
/// <param name="Directory">The working directory.</param>
/// <param name="Arguments">The arguments after our common options.</param>
internal sealed record GitCall(string Directory, IReadOnlyList<string> Arguments)
{
    /// <summary>The repository's common directory, or a worktree's own; null: the call is about no repository.</summary>
    internal string? GitDirectory { get; init; }

    /// <summary>Standard input.</summary>
    internal ProcessInput Input { get; init; } = ProcessInput.None;

    /// <summary>Exit codes that are answers, not failures.</summary>
    internal IReadOnlyList<int> AnswerCodes { get; init; } = [0];

    /// <summary>More settings, as <c>name=value</c>.</summary>
    internal IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>More environment.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Bytes of output to keep.</summary>
    internal int OutputLimit { get; init; } = 512 * 1024 * 1024;

    /// <summary>True: git and what it starts have no terminal to ask at.</summary>
    internal bool OwnSession { get; init; }

    /// <summary>True: output beyond <see cref="OutputLimit"/> is cut, which is no failure.</summary>
    internal bool MayBeCut { get; init; }
}

/// <summary>git's answer.</summary>
internal sealed record GitOutput(int ExitCode, ReadOnlyMemory<byte> Bytes, bool IsCut, string ErrorText)
{
    /// <summary>The output as text, without newlines at its end.</summary>
    internal string Text => Encoding.UTF8.GetString(Bytes.Span).TrimEnd('\n');

    /// <summary>The lines of the output.</summary>
    internal string[] Lines => Text.Length == 0 ? [] : Text.Split('\n');

    /// <summary>The fields of <c>-z</c> output, each without its NUL; names as <see cref="FileNames"/> has them.</summary>
    internal string[] Fields() => FileNames.Split(Bytes.Span);
}
