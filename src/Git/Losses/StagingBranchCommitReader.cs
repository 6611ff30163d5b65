namespace Orchestrator.Git.Losses;

/// <summary>Commit and tree ids of a step on the staging branch, without file contents.</summary>
/// <param name="Commit">Commit on staging.</param>
/// <param name="OursTree">Tree of staging before the commit.</param>
/// <param name="BaseTree">Tree from which the merged work started.</param>
/// <param name="TheirsTree">Tree of the merged work.</param>
internal sealed record StagingBranchCommitTreeIds(CommitInfo Commit, string OursTree, string BaseTree, string TheirsTree)
{
    /// <summary>Merged commit, or null if the step is not a merge.</summary>
    public string? Theirs => Commit.Parents.Count == 2 ? Commit.Parents[1] : null;
}

/// <summary>A step of the staging branch, with its author and the files that it changes.</summary>
/// <param name="Author">Author of the work.</param>
/// <param name="Theirs">Files changed by the merged work.</param>
/// <param name="Ours">Files changed by the step.</param>
internal sealed record StagingBranchCommitChanges(
    StagingBranchCommitTreeIds Trees,
    StagingBranchCommitAuthor Author,
    IReadOnlyList<ChangedFile> Theirs,
    IReadOnlyList<ChangedFile> Ours
);

/// <summary>Reads the changes that the steps (usually merge commits) of a staging branch made, with few git processes.</summary>
/// <param name="lines">Table that numbers the lines.</param>
internal sealed class StagingBranchCommitReader(GitRepository repository, LineIdTable lines)
{
    private const int LargestText = 1024 * 1024;
    private const int LargestBatch = 32 * 1024 * 1024;
    private readonly Dictionary<string, int[]?> _contents = new(StringComparer.Ordinal);
    private readonly GitCommitReaderAndWriter _commits = new(repository);

    /// <summary>Table of the lines in all file versions that were read.</summary>
    public LineIdTable Table => lines;

    /// <summary>Returns the changed files for each pair of trees, in the order of the pairs.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<ChangedFile>>> DiffsAsync(
        IReadOnlyList<(string From, string To)> pairs,
        CancellationToken stop
    )
    {
        if (pairs.Count <= 2)
        {
            // The differences of a recently checked merge are cached.
            var few = new List<IReadOnlyList<ChangedFile>>();
            foreach (var (from, to) in pairs)
            {
                few.Add(from == to ? [] : await new GitDiffReader(repository).BetweenAsync(from, to, stop));
            }
            return few;
        }
        var output = await repository.ReadAsync(
            repository.Call(GitDiffArgumentBuilder.OfTrees(["--stdin", .. GitDiffArgumentBuilder.Raw])) with
            {
                Input = ProcessStandardInput.FromText(string.Concat(pairs.Select(pair => $"{pair.From} {pair.To}\n"))),
            },
            stop
        );
        return Parse(output.Bytes, pairs.Count);
    }

    /// <summary>Reads the contents of the files that steps changed, and returns the steps with these contents.</summary>
    public async Task<IReadOnlyList<StagingBranchCommit>> ReadAsync(IReadOnlyList<StagingBranchCommitChanges> steps, CancellationToken stop)
    {
        var drafts = new List<(StagingBranchCommitAuthor Author, string Commit, List<MergedFileVersions> Files)>();
        foreach (var (trees, author, theirs, ours) in steps)
        {
            var result = ours.ToDictionary(file => file.Path, StringComparer.Ordinal);
            var files = new List<MergedFileVersions>();
            foreach (var file in theirs)
            {
                var (old, now) = (Version(file.OldMode, file.OldId), Version(file.NewMode, file.NewId));
                if (result.Remove(file.Path, out var change))
                {
                    var (before, after) = (Version(change.OldMode, change.OldId), Version(change.NewMode, change.NewId));
                    files.Add(new MergedFileVersions(file.Path, IsTheirs: true, old, now, before, after));
                    continue;
                }

                // The step did not change the file, because staging already had the change or the merge dropped the work.
                var all = await _commits.ListFilesAsync(trees.Commit.Id, stop);
                var same = all.FirstOrDefault(known => known.Path == file.Path) is { } known ? Version(known.Mode, known.Id) : null;
                files.Add(new MergedFileVersions(file.Path, IsTheirs: true, old, now, same, same));
            }
            files.AddRange(
                result.Values.Select(file => new MergedFileVersions(
                    file.Path,
                    IsTheirs: false,
                    Base: null,
                    Theirs: null,
                    Version(file.OldMode, file.OldId),
                    Version(file.NewMode, file.NewId)
                ))
            );
            drafts.Add((author, trees.Commit.Id, files));
        }
        await LoadAsync(drafts.SelectMany(draft => draft.Files), stop);
        return [.. drafts.Select(draft => new StagingBranchCommit(draft.Author, draft.Commit, [.. draft.Files.Select(WithLines)]))];
    }

    private static GitFileVersion? Version(string mode, string id) => mode == "000000" ? null : new GitFileVersion(mode, id, Lines: null);

    private MergedFileVersions WithLines(MergedFileVersions file) =>
        file with
        {
            Base = WithLines(file.Base),
            Theirs = WithLines(file.Theirs),
            Ours = WithLines(file.Ours),
            Result = WithLines(file.Result),
        };

    private GitFileVersion? WithLines(GitFileVersion? version) =>
        version is null || !IsFile(version) ? version : version with { Lines = _contents.GetValueOrDefault(version.Id) };

    private static bool IsFile(GitFileVersion version) => version.Mode is "100644" or "100755" or "100664";

    private async Task LoadAsync(IEnumerable<MergedFileVersions> files, CancellationToken stop)
    {
        var wanted = files
            .SelectMany(file => (GitFileVersion?[])[file.Base, file.Theirs, file.Ours, file.Result])
            .OfType<GitFileVersion>()
            .Where(version => IsFile(version) && !_contents.ContainsKey(version.Id))
            .Select(version => version.Id)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (wanted.Count == 0)
        {
            return;
        }
        var batch = new List<string>();
        long size = 0;
        foreach (var (id, length) in await new BinaryFileDetector(repository).SizesAsync(wanted, stop))
        {
            if (length > LargestText)
            {
                _contents[id] = null;
                continue;
            }
            if (size + length > LargestBatch)
            {
                await LoadAsync(batch, stop);
                (size, batch) = (0, []);
            }
            batch.Add(id);
            size += length + 100;
        }
        await LoadAsync(batch, stop);
    }

    private async Task LoadAsync(List<string> ids, CancellationToken stop)
    {
        foreach (var (id, content) in await new BlobReader(repository).ReadAsync(ids, stop))
        {
            _contents[id] = lines.Read(content);
        }
    }

    /// <summary>
    /// Parses the output of <c>git diff-tree --stdin</c>. For each pair of trees, a line with both tree ids is followed by one entry per
    /// changed file. These entries start with a colon.
    /// </summary>
    private static List<IReadOnlyList<ChangedFile>> Parse(ReadOnlyMemory<byte> output, int count)
    {
        var diffs = new List<IReadOnlyList<ChangedFile>>(count);
        var rest = output.Span;
        while (rest.Length > 0)
        {
            rest = rest[(rest.IndexOf((byte)'\n') + 1)..];
            var files = new List<ChangedFile>();
            while (rest.Length > 0 && rest[0] == (byte)':')
            {
                var end = rest.IndexOf((byte)0);
                var facts = Encoding.ASCII.GetString(rest[1..end]).Split(' ');
                rest = rest[(end + 1)..];
                end = rest.IndexOf((byte)0);
                var path = FileNameEncoding.Decode(rest[..end]);
                rest = rest[(end + 1)..];
                files.Add(new ChangedFile(path, GitDiffReader.ChangeOf(facts[4][0]), facts[0], facts[1], facts[2], facts[3]));
            }
            diffs.Add(files);
        }
        return diffs.Count == count
            ? diffs
            : throw new GitException($"'git diff-tree' returned {Plural.Of(diffs.Count, "pair")} of trees for {count} requested pairs.");
    }
}
