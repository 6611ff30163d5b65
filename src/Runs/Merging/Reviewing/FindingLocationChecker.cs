namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>
/// Checks that the location in a reviewer's finding exists in the reviewed commit, or, if the file no longer exists there, at the run's
/// base.
/// </summary>
internal sealed class FindingLocationChecker(GitCommitReaderAndWriter commits, ReviewRound round)
{
    private HashSet<string>? _files;
    private HashSet<string>? _before;

    /// <summary>Returns the reason why a location does not exist. Empty if it exists.</summary>
    public async Task<string> FaultOfLocationAsync(string file, int line, CancellationToken stop)
    {
        _files ??= await FilesAsync(round.Tip, stop);
        _before ??= await FilesAsync(round.Base, stop);
        var commit = _files.Contains(file) ? round.Tip : round.Base;
        if (commit == round.Base && !_before.Contains(file))
        {
            return "the file does not exist";
        }
        var lines = await commits.ReadFileAsync(commit, file, stop) is { } content ? LinesOf(content) : 0;
        return line >= 1 && line <= Math.Max(1, lines) ? "" : $"the file has {Plural.Of(lines, "line")}";
    }

    private static int LinesOf(byte[] content) => content.AsSpan().Count((byte)'\n') + (content is [.., not (byte)'\n'] ? 1 : 0);

    private async Task<HashSet<string>> FilesAsync(string commit, CancellationToken stop) =>
        [.. (await commits.ListFilesAsync(commit, stop)).Select(file => file.Path)];
}
