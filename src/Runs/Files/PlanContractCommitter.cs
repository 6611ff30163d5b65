using Orchestrator.Git.Refs;

namespace Orchestrator.Runs;

/// <summary>
/// Commits the plan's contracts as the first commit of the staging branch, and stores them in the run's folder. The commit depends only on
/// the plan and the run's base, so a repeated call creates the same commit.
/// </summary>
public sealed class PlanContractCommitter(GitRepository repository, RunPlanAndSettings files)
{
    private readonly GitCommitReaderAndWriter _commits = new(repository);

    /// <summary>Reads the contracts of a run. Returns null if none were stored when the run started.</summary>
    public static IReadOnlyList<InterfaceContractStub>? Read(RunPlanAndSettings files)
    {
        var json = files.Decisions is { } decisions
            ? decisions.TryRead(files.Folder, RunPlanAndSettings.Named(files.Folder, files.Folder.Contracts))
            : SmallFileReader.TryRead(files.Folder.Contracts);
        return json is null ? null : JsonSerializer.Deserialize(json, PlanContractJsonContext.Default.IReadOnlyListInterfaceContractStub);
    }

    /// <summary>Finds conflicts between the contracts and existing files, before anything is created.</summary>
    /// <param name="tip">Commit from which the run would start, or null if the branch has no commit.</param>
    /// <param name="landsIn">Absolute path of the user's checkout if landing updates its files, or null if it does not.</param>
    /// <param name="stop">Cancels the check.</param>
    /// <returns>Errors that prevent the run, and warnings for the user.</returns>
    public async Task<(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings)> CheckAsync(
        string? tip,
        string? landsIn,
        CancellationToken stop
    )
    {
        if (files.Plan.Contracts.Count == 0 || tip is null)
        {
            return ([], []);
        }
        var begun = await new RefStore(repository).ReadAsync(RunRefNameBuilder.Base(files.Folder), stop);
        var found = await FindAsync(begun ?? tip, stop);
        var uncommitted = begun is null && landsIn is not null ? await UncommittedAsync(found.Unwritten, tip, landsIn, stop) : [];
        string[] untyped = files.Gates.CheckTypes(files.Plan)
            ? []
            :
            [
                "The plan has contracts, but no gate checks types. Add one with 'type: typecheck' or 'type: build' to gates.task, "
                    + "such as 'mypy --strict .', 'npx tsc --noEmit' or 'dotnet build'.",
            ];
        return ([.. found.Errors, .. uncommitted], [.. found.Warnings, .. untyped]);
    }

    /// <summary>
    /// Creates the first commit of staging, which adds the contracts' files to the run's base. Returns the base itself if all these files
    /// already exist there.
    /// </summary>
    public async Task<string> FirstCommitAsync(string start, CancellationToken stop)
    {
        if (files.Plan.Contracts.Count == 0)
        {
            return start;
        }
        var unwritten = (await FindAsync(start, stop)).Unwritten;
        if (unwritten.Count == 0)
        {
            return start;
        }
        var message = $"Contracts: {string.Join(", ", unwritten.Select(c => $"{c.Name} {c.Version}"))}";
        return await new CheckoutlessCommitBuilder(repository).CommitAsync(
            start,
            unwritten.ToDictionary(c => c.FilePath, c => c.Content, StringComparer.Ordinal),
            message,
            new CommitTrailers(files.Folder.Name),
            stop
        );
    }

    /// <summary>Stores the contracts in the run's folder.</summary>
    /// <returns>The list of files that affect the run's decisions, including the contracts.</returns>
    public async Task<RunDecisionInputFileHashList> StoreAsync(string start, CancellationToken stop) =>
        files.Plan.Contracts.Count == 0
            ? files.Decisions!
            : files.Decisions!.With(
                files.Folder,
                RunPlanAndSettings.Named(files.Folder, files.Folder.Contracts),
                JsonSerializer.SerializeToUtf8Bytes(
                    (await FindAsync(start, stop)).Stubs,
                    PlanContractJsonContext.Default.IReadOnlyListInterfaceContractStub
                )
            );

    private async Task<InterfaceContractResolutionResult> FindAsync(string commit, CancellationToken stop)
    {
        var tree = await _commits.ListFilesAsync(commit, stop);
        var paths = files.Plan.Contracts.Select(c => c.FilePath).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var existing = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (
            var path in tree.Where(f => paths.Contains(f.Path) && f.Mode.StartsWith("100", StringComparison.Ordinal)).Select(f => f.Path)
        )
        {
            existing[path] = Encoding.UTF8.GetString(await _commits.ReadFileAsync(commit, path, stop) ?? []);
        }
        var found = InterfaceContractResolutionResult.Of(files.Plan, existing);
        return found with { Errors = [.. found.Errors, .. FindObstacles(tree, found.Unwritten)] };
    }

    /// <summary>
    /// Finds untracked files in the user's checkout that have the same path as a contract's file. They would prevent the landing, because a
    /// landing never overwrites untracked files.
    /// </summary>
    private async Task<IEnumerable<string>> UncommittedAsync(
        IReadOnlyList<InterfaceContractStub> unwritten,
        string tip,
        string checkout,
        CancellationToken stop
    )
    {
        var known = (await _commits.ListFilesAsync(tip, stop)).Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        return unwritten
            .Where(c => !known.Contains(c.FilePath) && File.Exists(Path.Combine(checkout, c.FilePath)))
            .Select(c =>
                $"'{c.FilePath}' is in your checkout, but not committed. The run writes the contract '{c.Name}' there, so its work "
                + "could not land, because it would overwrite your file. Commit the file, or remove it."
            );
    }

    /// <summary>Finds links, submodules, files and folders that occupy the path of a contract or of one of its parent folders.</summary>
    private static IEnumerable<string> FindObstacles(IReadOnlyList<GitTreeFile> tree, IReadOnlyList<InterfaceContractStub> unwritten) =>
        from stub in unwritten
        from file in tree
        where
            (file.Path == stub.FilePath && !file.Mode.StartsWith("100", StringComparison.Ordinal))
            || stub.FilePath.StartsWith(file.Path + "/", StringComparison.Ordinal)
            || file.Path.StartsWith(stub.FilePath + "/", StringComparison.Ordinal)
        group file by stub into clashes
        select $"The contract '{clashes.Key.Name}' can't be written to '{clashes.Key.FilePath}': '{clashes.First().Path}' is in the "
            + "way. Give the contract another file_path.";
}

[JsonSerializable(typeof(IReadOnlyList<InterfaceContractStub>))]
internal sealed partial class PlanContractJsonContext : JsonSerializerContext;
