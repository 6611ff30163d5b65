namespace Orchestrator.Git.Program;

/// <summary>Arguments and options of one git command.</summary>
/// <param name="Directory">Working directory.</param>
/// <param name="Arguments">Arguments that follow the options common to all calls.</param>
internal sealed record GitCommandInvocation(string Directory, IReadOnlyList<string> Arguments)
{
    /// <summary>
    /// Git directory of the call: the repository's common directory or the administrative folder of a worktree. Null if the call needs no
    /// repository.
    /// </summary>
    internal string? GitDirectory { get; init; }

    /// <summary>Standard input of the git process.</summary>
    internal ProcessStandardInput Input { get; init; } = ProcessStandardInput.None;

    /// <summary>Exit codes of git that are not treated as a failure of the call.</summary>
    /// <value>Default: 0.</value>
    internal IReadOnlyList<int> AnswerCodes { get; init; } = [0];

    /// <summary>Additional git settings for the call, each as <c>name=value</c>.</summary>
    internal IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Environment variables in addition to those of this process.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Maximum size of the captured output, in bytes.</summary>
    /// <value>Default: 512 MiB.</value>
    internal int OutputLimit { get; init; } = 512 * 1024 * 1024;

    /// <summary>True to run git and its children in a new session, so that they can't prompt on the terminal.</summary>
    internal bool OwnSession { get; init; }

    /// <summary>True to truncate output beyond <see cref="OutputLimit"/> instead of failing the call.</summary>
    internal bool MayBeCut { get; init; }
}

/// <summary>Exit code and output of a git command.</summary>
internal sealed record GitCommandResult(int ExitCode, ReadOnlyMemory<byte> Bytes, bool IsCut, string ErrorText)
{
    /// <summary>Output as text, without trailing newlines.</summary>
    internal string Text => Encoding.UTF8.GetString(Bytes.Span).TrimEnd('\n');

    /// <summary>Lines of the output.</summary>
    internal string[] Lines => Text.Length == 0 ? [] : Text.Split('\n');

    /// <summary>
    /// Returns the fields of NUL-separated git output (option <c>-z</c>), each decoded by <see cref="FileNameEncoding"/>.
    /// </summary>
    internal string[] Fields() => FileNameEncoding.Split(Bytes.Span);
}
