using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>Level of support for a repository feature.</summary>
public enum GitFeatureSupportLevel
{
    /// <summary>Runs fully support the feature.</summary>
    Ok,

    /// <summary>Runs support the feature, with limitations that the user should know about.</summary>
    Warn,

    /// <summary>Runs do not support the feature, so no run can start.</summary>
    Fail,
}

/// <summary>Feature of a repository that affects worktrees and merges.</summary>
/// <param name="Name">Name for display, such as <c>git-crypt</c>.</param>
/// <param name="State">Level of support.</param>
/// <param name="Message">Sentence that describes the feature and its effect on runs.</param>
/// <param name="Cure">Recommended action, or null if none is needed.</param>
public sealed record DetectedGitFeature(string Name, GitFeatureSupportLevel State, string Message, string? Cure = null);

/// <summary>
/// Finds repository features that affect a run's worktrees: file filters (such as Git LFS and git-crypt), submodules, partial clones and
/// sparse checkouts.
/// </summary>
/// <param name="repository">The repository.</param>
public sealed class RepositoryGitFeatureDetector(GitRepository repository)
{
    /// <summary>
    /// Returns the features of a commit or of the local clone that affect a run's worktrees, such as file filters and submodules.
    /// </summary>
    /// <param name="commit">Commit from which a run would start.</param>
    /// <param name="cancellationToken">Cancels the git calls.</param>
    public async Task<IReadOnlyList<DetectedGitFeature>> FindAsync(string commit, CancellationToken cancellationToken = default)
    {
        var features = new List<DetectedGitFeature>();
        const string Remote = "remote.";
        const string Filter = ".partialclonefilter";
        foreach (
            var remote in repository
                .Configuration.Names.Where(name => name.StartsWith(Remote, StringComparison.Ordinal))
                .Where(name => name.EndsWith(Filter, StringComparison.Ordinal))
                .Select(name => name[Remote.Length..^Filter.Length])
        )
        {
            features.Add(
                new(
                    "partial clone",
                    GitFeatureSupportLevel.Warn,
                    $"The clone lacks file contents. Git fetches them from '{remote}' when a worktree or a merge needs them, so "
                        + "both fail without a network connection.",
                    $"Fetch the rest: git config --unset remote.{remote}.partialclonefilter && git fetch --refetch {remote}"
                )
            );
        }
        if (repository.Configuration.Get("core.sparsecheckout") == "true")
        {
            features.Add(
                new(
                    "sparse checkout",
                    GitFeatureSupportLevel.Warn,
                    "The checkout is sparse, so agents and gates see only the checked-out files.",
                    "Add the folders that tasks need (git sparse-checkout add FOLDER), or check out all files (git sparse-checkout "
                        + "disable)."
                )
            );
        }
        if (await SubmodulesAsync(commit, cancellationToken) is { } submodules)
        {
            features.Add(submodules);
        }
        var settings = await GitSettingWithScope.ListAsync(repository, repository.CommonDirectory, cancellationToken);
        foreach (var (filter, file) in await FindFiltersAsync(commit, cancellationToken))
        {
            features.Add(FilterOf(filter, file, settings));
        }
        return features;
    }

    private async Task<DetectedGitFeature?> SubmodulesAsync(string commit, CancellationToken cancellationToken)
    {
        var submodules = new Submodules(repository);
        var named = await submodules.OfCommitAsync(commit, cancellationToken);
        var missing = new List<string>();
        foreach (var submodule in named)
        {
            if (await submodules.FindRepositoryAsync(submodule, cancellationToken) is null)
            {
                missing.Add(submodule.Path);
            }
        }
        var count = Plural.Of(named.Count, "submodule");
        return named.Count == 0 ? null
            : missing.Count > 0
                ? new(
                    "submodules",
                    GitFeatureSupportLevel.Warn,
                    $"The repository has {count}, but this clone lacks the commits of {FileNameEncoding.List(missing)}, so "
                        + $"{Plural.Form(missing.Count, "its folder is", "their folders are")} empty in worktrees.",
                    "git submodule update --init --recursive"
                )
            : new(
                "submodules",
                GitFeatureSupportLevel.Ok,
                $"The repository has {count}. Worktrees get the files from this clone; tasks can't change them."
            );
    }

    /// <summary>Returns the filters named in the attributes files of the commit, with an example file for each filter.</summary>
    private async Task<IReadOnlyDictionary<string, string>> FindFiltersAsync(string commit, CancellationToken cancellationToken)
    {
        string[] search =
        [
            "grep",
            "--text",
            "-z",
            "--no-color",
            "-E",
            "-e",
            "filter=[^[:space:]]+",
            commit,
            "--",
            ":(glob)**/.gitattributes",
        ];
        var output = await repository.ReadAsync(repository.Call(search) with { AnswerCodes = [0, 1] }, cancellationToken);
        var filters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Lines)
        {
            var end = line.IndexOf('\0', StringComparison.Ordinal);
            var (file, text) = (line[(commit.Length + 1)..end], line[(end + 1)..]);
            foreach (
                var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                    .Where(word => word.StartsWith("filter=", StringComparison.Ordinal))
            )
            {
                filters.TryAdd(word["filter=".Length..], file);
            }
        }
        return filters;
    }

    private DetectedGitFeature FilterOf(string filter, string file, IReadOnlyList<GitSettingWithScope> settings)
    {
        var isCrypt = GitCryptKeys.IsFilter(filter);
        var name =
            filter == "lfs" ? "git-lfs"
            : isCrypt ? "git-crypt"
            : "filter";
        var command = CommandOf(filter, settings);
        if (isCrypt && !GitCryptKeys.Has(repository, filter))
        {
            return new(
                name,
                GitFeatureSupportLevel.Fail,
                $"{file} encrypts files with git-crypt, but the repository is locked here, so git can neither check them out nor add them.",
                ProgramLocator.Find("git-crypt") is null
                    ? "Install git-crypt, then: git-crypt unlock (or git-crypt unlock KEYFILE)"
                    : "git-crypt unlock (or git-crypt unlock KEYFILE)"
            );
        }
        var install = (filter, isCrypt) switch
        {
            ("lfs", _) => "Install Git LFS, then: git lfs install && git lfs pull",
            (_, true) => "Install git-crypt, then: git-crypt unlock (or git-crypt unlock KEYFILE)",
            _ => $"Set filter.{filter}.clean and filter.{filter}.smudge (git config), or remove it from {file}.",
        };
        if (command is null)
        {
            var message = $"{file} needs the filter '{filter}', which is not set up here, so files would be committed in the wrong form.";
            return new(name, GitFeatureSupportLevel.Fail, message, install);
        }
        var program = ProgramOf(command);
        var isPlainName = program.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/');
        return isPlainName && ProgramLocator.Find(program, workingDirectory: repository.MainCheckout) is null
            ? new(
                name,
                GitFeatureSupportLevel.Fail,
                $"{file} needs the filter '{filter}', whose program '{program}' is not installed.",
                install
            )
            : new(
                name,
                GitFeatureSupportLevel.Ok,
                isCrypt ? "The repository is unlocked for git-crypt; worktrees use its key." : $"The filter '{filter}' of {file} is set up."
            );
    }

    /// <summary>
    /// Returns the command of a filter, or null if no usable command is configured. A filter in the repository's own configuration is
    /// included, because the user is later asked to approve it.
    /// </summary>
    private string? CommandOf(string filter, IReadOnlyList<GitSettingWithScope> settings)
    {
        string[] names = [$"filter.{filter}.process", $"filter.{filter}.clean"];
        return repository.Copy is not null
            ? names.Select(repository.Configuration.Command).FirstOrDefault(command => command is not null)
            : names
                .Select(name => settings.LastOrDefault(setting => setting.Name == name)?.Value)
                .FirstOrDefault(command => command is { Length: > 0 });
    }

    /// <summary>Returns the first word of a shell command.</summary>
    private static string ProgramOf(string command)
    {
        var word = command.TrimStart();
        var quote = word.Length > 0 && word[0] is '"' or '\'' ? word[0] : ' ';
        word = quote == ' ' ? word : word[1..];
        return word.Split(quote, 2)[0];
    }
}
