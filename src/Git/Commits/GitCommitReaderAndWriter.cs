using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Commits;

/// <summary>Creates and reads commits.</summary>
public sealed class GitCommitReaderAndWriter(GitRepository repository)
{
    internal const int LargestFile = 64 * 1024 * 1024;

    /// <summary>Creates a commit for a tree without updating any ref.</summary>
    /// <returns>Id of the commit.</returns>
    public Task<string> CreateAsync(
        string tree,
        IReadOnlyCollection<string> parents,
        string message,
        CommitTrailers? trailers,
        CancellationToken cancellationToken = default
    ) => CreateAsync(tree, parents, message, trailers, date: null, cancellationToken);

    /// <summary>Creates a commit for a tree without updating any ref, and signs the commit if requested.</summary>
    /// <param name="signing">Signing settings, or null for an unsigned commit.</param>
    /// <exception cref="CommitSigningException">The key agent refuses, or does not answer in time.</exception>
    public Task<string> CreateAsync(
        string tree,
        IReadOnlyCollection<string> parents,
        string message,
        CommitTrailers? trailers,
        CommitSigningSettings? signing,
        CancellationToken cancellationToken = default
    ) => CreateAsync(tree, parents, message, trailers, date: null, cancellationToken, signing);

    /// <summary>
    /// Creates a commit for a tree with a given author and committer date, in the form that <see cref="ReadDateAsync"/> returns. A null
    /// date means the current time.
    /// </summary>
    internal async Task<string> CreateAsync(
        string tree,
        IReadOnlyCollection<string> parents,
        string message,
        CommitTrailers? trailers,
        string? date,
        CancellationToken cancellationToken,
        CommitSigningSettings? signing = null
    )
    {
        var text = trailers is null ? message.Trim() + "\n" : trailers.Append(message);
        var call = repository.Call([
            "commit-tree",
            .. Sign(signing),
            tree,
            .. parents.SelectMany(parent => (string[])["-p", parent]),
            "-F",
            "-",
        ]);
        var output = await AddAsync(
            call with
            {
                Input = ProcessStandardInput.FromText(text),
                Environment = date is null
                    ? repository.IdentityVariables
                    : new Dictionary<string, string?>(repository.IdentityVariables)
                    {
                        ["GIT_AUTHOR_DATE"] = date,
                        ["GIT_COMMITTER_DATE"] = date,
                    },
            },
            signing,
            cancellationToken
        );
        var id = output.Text;
        if (trailers is not null && ObjectId.IsId(tree) && parents.All(ObjectId.IsId))
        {
            repository.Part<CommitAndDiffCache>().Add(new CommitInfo(id, tree, [.. parents], SubjectOf(text), trailers));
        }
        return id;
    }

    /// <summary>Creates a copy of a commit with a different tree and a different parent. The message, the author and the author date are
    /// retained.</summary>
    /// <returns>Id of the new commit.</returns>
    internal async Task<string> CopyAsync(
        string commit,
        string tree,
        string parent,
        CommitSigningSettings? signing,
        CancellationToken cancellationToken
    )
    {
        var call = repository.Call("log", "-1", "--no-walk", "--no-show-signature", "--format=%an%x00%ae%x00%aI%x00%B", commit, "--");
        var facts = (await repository.ReadAsync(call, cancellationToken)).Text.Split('\0', 4);
        var made = await AddAsync(
            repository.Call(["commit-tree", .. Sign(signing), tree, "-p", parent, "-F", "-"]) with
            {
                Input = ProcessStandardInput.FromText(facts[3].Trim() + "\n"),
                Environment = new Dictionary<string, string?>(repository.IdentityVariables)
                {
                    ["GIT_AUTHOR_NAME"] = facts[0],
                    ["GIT_AUTHOR_EMAIL"] = facts[1],
                    ["GIT_AUTHOR_DATE"] = facts[2],
                },
            },
            signing,
            cancellationToken
        );
        return made.Text;
    }

    private static string[] Sign(CommitSigningSettings? signing) => signing is null ? [] : ["-S"];

    private Task<GitCommandResult> AddAsync(
        GitCommandInvocation call,
        CommitSigningSettings? signing,
        CancellationToken cancellationToken
    ) => signing is null ? repository.AddObjectsAsync(call, cancellationToken) : signing.SignAsync(repository, call, cancellationToken);

    /// <summary>Lists the non-merge commits that are reachable from <paramref name="tip"/> but not from <paramref name="since"/>, oldest
    /// first.</summary>
    public async Task<IReadOnlyList<string>> ListWithoutMergesAsync(
        string tip,
        string since,
        CancellationToken cancellationToken = default
    ) =>
        [
            .. (await ListAllAsync(tip, since, cancellationToken))
                .Where(commit => commit.Parents.Count == 1)
                .Select(commit => commit.Id)
                .Reverse(),
        ];

    /// <summary>
    /// Returns the commit that a ref, an id or an expression such as <c>id^</c> names, or null if there is no such commit.
    /// </summary>
    public async Task<CommitInfo?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        if (ObjectId.IsId(name) && repository.Part<CommitAndDiffCache>().Find(name) is { } known)
        {
            return known;
        }
        var commits = await LogAsync(["-1", "--no-walk", name + "^{commit}"], mayFail: true, cancellationToken);
        return commits.Count == 0 ? null : commits[0];
    }

    /// <summary>Returns the committer date of a commit in a form that git accepts as input.</summary>
    internal async Task<string> ReadDateAsync(string commit, CancellationToken cancellationToken)
    {
        var call = repository.Call("log", "-1", "--no-walk", "--no-show-signature", "--format=%ct", commit, "--");
        return $"@{(await repository.ReadAsync(call, cancellationToken)).Text} +0000";
    }

    /// <summary>Lists the commits on the first-parent chain of <paramref name="tip"/> that are not reachable from
    /// <paramref name="since"/>, newest first. On a staging branch, these commits are merges made by the orchestrator and not commits made
    /// by agents, so their trailers can be trusted.</summary>
    public async Task<IReadOnlyList<CommitInfo>> ListFirstParentsAsync(
        string tip,
        string? since,
        CancellationToken cancellationToken = default
    )
    {
        var known = ObjectId.IsId(since) && Resolve(tip) is { } id ? repository.Part<CommitAndDiffCache>().FirstParents(id, since) : null;
        return known
            ?? await LogAsync(["--first-parent", tip, .. since is null ? (string[])[] : ["^" + since]], mayFail: false, cancellationToken);
    }

    /// <summary>Lists all commits that are reachable from <paramref name="tip"/> but not from <paramref name="since"/>, children before
    /// parents.</summary>
    internal async Task<IReadOnlyList<CommitInfo>> ListAllAsync(string tip, string since, CancellationToken cancellationToken) =>
        await LogAsync(["--topo-order", tip, "^" + since], mayFail: false, cancellationToken);

    /// <summary>True if <paramref name="ancestor"/> is an ancestor of <paramref name="descendant"/> or is the same commit.</summary>
    public async Task<bool> IsAncestorAsync(string ancestor, string descendant, CancellationToken cancellationToken = default) =>
        ancestor == descendant
        || (
            KnowsAncestor(ancestor, descendant)
            ?? (
                await repository.ReadAsync(
                    repository.Call("merge-base", "--is-ancestor", ancestor, descendant) with
                    {
                        AnswerCodes = [0, 1],
                    },
                    cancellationToken
                )
            ).ExitCode == 0
        );

    /// <summary>Returns the merge base of two commits, or null if the commits share no history or one of them does not exist.</summary>
    public async Task<string?> FindMergeBaseAsync(string one, string other, CancellationToken cancellationToken = default)
    {
        var output = await repository.ReadAsync(
            repository.Call("merge-base", one, other) with
            {
                AnswerCodes = [0, 1, 128],
            },
            cancellationToken
        );
        return output.ExitCode == 0 ? output.Text : null;
    }

    /// <summary>True if <paramref name="commit"/> is reachable from at least one of the other commits.</summary>
    public async Task<bool> IsReachableFromAnyAsync(
        string commit,
        IReadOnlyCollection<string> others,
        CancellationToken cancellationToken = default
    ) =>
        others.Any(other => KnowsAncestor(commit, other) == true)
        || (
            others.Count > 0
            && (await repository.ReadAsync(repository.Call(["rev-list", "-1", commit, "--not", .. others, "--"]), cancellationToken))
                .Text
                .Length == 0
        );

    /// <summary>Lists all files of a commit or tree.</summary>
    public Task<IReadOnlyList<GitTreeFile>> ListFilesAsync(string tree, CancellationToken cancellationToken = default) =>
        repository
            .Part<CommitAndDiffCache>()
            .GetOrQueryAsync(
                tree,
                "files",
                async () =>
                    ParseTree(await repository.ReadAsync(repository.Call("ls-tree", "-r", "-z", "--full-tree", tree), cancellationToken))
            );

    /// <summary>Returns the paths of the text files in a commit that contain at least one of the given strings.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="texts">Texts to search for, interpreted literally and not as patterns. At least one.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<IReadOnlyList<string>> FindFilesWithAsync(
        string commit,
        IReadOnlyList<string> texts,
        CancellationToken cancellationToken = default
    )
    {
        var found = await repository.ReadAsync(
            repository.Call(["grep", "-I", "-l", "-z", "-F", .. texts.SelectMany(text => new[] { "-e", text }), commit]) with
            {
                AnswerCodes = [0, 1],
            },
            cancellationToken
        );
        return
        [
            .. FileNameEncoding
                .Decode(found.Bytes.Span)
                .Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(name => name[(commit.Length + 1)..]),
        ];
    }

    /// <summary>
    /// Returns the content of a file in a commit or tree, or null if it does not exist or has more than <paramref name="limit"/> bytes.
    /// </summary>
    public async Task<byte[]?> ReadFileAsync(
        string tree,
        string path,
        CancellationToken cancellationToken = default,
        int limit = LargestFile
    )
    {
        // A file name that is not valid UTF-8 can be passed only on standard input.
        var call =
            FileNameEncoding.IsUtf8(path) ? repository.Call("cat-file", "blob", $"{tree}:{path}")
            : await FindIdAsync(tree, path, cancellationToken) is { } id ? repository.Call("cat-file", "blob", id)
            : null;
        if (call is null)
        {
            return null;
        }
        var output = await repository.ReadAsync(
            call with
            {
                AnswerCodes = [0, 128],
                OutputLimit = limit,
                MayBeCut = true,
            },
            cancellationToken
        );
        return output.ExitCode == 0 && !output.IsCut ? output.Bytes.ToArray() : null;
    }

    /// <summary>Reads the text of selected files of a commit or tree in one git call.</summary>
    /// <param name="tree">The commit or tree.</param>
    /// <param name="isRead">True for the paths of files to read. Links and submodules are skipped.</param>
    /// <param name="limit">Maximum total size in bytes. If the selected files exceed the limit, the result is empty.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<IReadOnlyDictionary<string, string>> ReadTextsAsync(
        string tree,
        Func<string, bool> isRead,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var files = (await ListFilesAsync(tree, cancellationToken))
            .Where(file => file.Mode.StartsWith("100", StringComparison.Ordinal) && isRead(file.Path))
            .ToList();
        var contents = await new BlobReader(repository).ReadAsync([.. files.Select(file => file.Id).Distinct()], cancellationToken, limit);
        return contents.Count == 0
            ? new Dictionary<string, string>()
            : files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetString(contents[file.Id]).TrimStart('\uFEFF'));
    }

    private async Task<string?> FindIdAsync(string tree, string path, CancellationToken cancellationToken) =>
        (await ListFilesAsync(tree, cancellationToken)).FirstOrDefault(file => file.Path == path)?.Id;

    private static IReadOnlyList<GitTreeFile> ParseTree(GitCommandResult output) =>
        [
            .. output
                .Fields()
                .Select(field =>
                {
                    var tab = field.IndexOf('\t', StringComparison.Ordinal);
                    var facts = field[..tab].Split(' ');
                    return new GitTreeFile(field[(tab + 1)..], facts[0], facts[2]);
                }),
        ];

    private bool? KnowsAncestor(string ancestor, string descendant) =>
        Resolve(ancestor) is { } from && Resolve(descendant) is { } to ? repository.Part<CommitAndDiffCache>().IsAncestor(from, to) : null;

    /// <summary>
    /// Returns the full id of a commit that is given by its full id or by a ref. Returns null for other expressions, for missing refs and
    /// for refs that only git can read.
    /// </summary>
    private string? Resolve(string name) =>
        ObjectId.IsId(name) ? name
        : RefFile.TryRead(repository, name, out var id) ? id
        : null;

    /// <summary>Returns the subject of a commit message as git defines it: the first paragraph, joined into one line.</summary>
    private static string SubjectOf(string message) =>
        string.Join(' ', message.Split('\n').TakeWhile(line => line.Trim().Length > 0).Select(line => line.Trim()));

    private async Task<IReadOnlyList<CommitInfo>> LogAsync(IEnumerable<string> arguments, bool mayFail, CancellationToken cancellationToken)
    {
        // Each field and each commit ends with NUL. Git itself parses the trailers.
        var call = repository.Call([
            "log",
            "-z",
            "--no-show-signature",
            "--no-color",
            "--no-decorate",
            "--format=tformat:%H%x01%T%x01%P%x01%s%x01%(trailers:only,unfold)",
            .. arguments,
            "--",
        ]);
        var output = await repository.ReadAsync(mayFail ? call with { AnswerCodes = [0, 128] } : call, cancellationToken);
        var commits = Encoding.UTF8.GetString(output.Bytes.Span).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToArray();
        foreach (var commit in commits)
        {
            repository.Part<CommitAndDiffCache>().Add(commit);
        }
        return commits;

        static CommitInfo Parse(string record)
        {
            var fields = record.Split('\u0001');
            return new CommitInfo(
                fields[0],
                fields[1],
                fields[2].Split(' ', StringSplitOptions.RemoveEmptyEntries),
                string.Join('\u0001', fields[3..^1]),
                CommitTrailers.Parse(fields[^1].Split('\n'))
            );
        }
    }
}
