namespace Orchestrator.Git.Refs;

/// <summary>One step of a transaction on refs.</summary>
/// <param name="Name">The full name, such as <c>refs/heads/main</c>.</param>
/// <param name="New">The new object; null deletes the ref.</param>
/// <param name="Old">The ref's value before; null: it must not exist.</param>
public sealed record RefChange(string Name, string? New, string? Old);

/// <summary>Result of a transaction on refs.</summary>
/// <param name="Done">True if every ref has its new value, by this call or an earlier one.</param>
/// <param name="Actual">If not done: the refs' present values (null: missing), by name.</param>
public sealed record RefUpdateResult(bool Done, IReadOnlyDictionary<string, string?> Actual);

/// <summary>Reads and moves refs. Every change is a compare-and-swap; symbolic refs are never followed. This is the one place that moves
/// or deletes a branch, so that none changes under a checkout of the user (<see cref="BranchCheckouts"/>).</summary>
public sealed class RefStore(GitRepository repository)
{
    /// <summary>Prefix of refs that keep commits without another name: replaced ones, and removed stash entries.</summary>
    internal const string KeptPrefix = "refs/orchestrator/foreign/";

    private const string MissingRef = "not a valid ref";

    /// <summary>The object a ref names, or null if there is no such ref.</summary>
    public async Task<string?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        if (RefFile.TryRead(repository, name, out var id))
        {
            return id;
        }

        // For a pattern git reads every ref in the same folder, and a run has one folder with the branches of all its tasks.
        var output = await repository.ReadAsync(
            repository.Call("show-ref", "--verify", "--hash", "--", name) with
            {
                AnswerCodes = [0, 128],
            },
            cancellationToken
        );
        if (output.ExitCode == 0)
        {
            return output.Text;
        }

        // The other reason for a refusal is a ref to a missing object, which still exists.
        return output.ErrorText.EndsWith(MissingRef, StringComparison.Ordinal)
            ? null
            : (await ListAsync([name], cancellationToken)).GetValueOrDefault(name);
    }

    /// <summary>The commit of a ref, and whether it is a symbolic ref, which none of ours is.</summary>
    public async Task<(string? Id, bool IsSymbolic)> ReadWithKindAsync(string name, CancellationToken cancellationToken = default)
    {
        if (RefFile.TryRead(repository, name, out var plain))
        {
            return (plain, false);
        }
        var output = await repository.ReadAsync(
            repository.Call("for-each-ref", "--format=%(objectname) %(symref) %(refname)", name),
            cancellationToken
        );
        return output.Lines.Select(line => line.Split(' ')).FirstOrDefault(parts => parts[^1] == name) is [var id, var target, _]
            ? (id, target.Length > 0)
            : (null, false);
    }

    /// <summary>Moves one of our refs to the position in the run's record, whatever it is now: another commit, missing, or a symbolic ref.
    /// The old value is kept.</summary>
    /// <param name="name">The ref.</param>
    /// <param name="right">Its required position.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <returns>The ref that keeps the old value; null where there was none.</returns>
    public async Task<string?> PutBackAsync(string name, string right, CancellationToken cancellationToken = default)
    {
        var kept = await ReadAsync(name, cancellationToken) is { } found && found != right ? KeptPrefix + found : null;
        if (kept is not null)
        {
            await UpdateAsync([new RefChange(kept, kept[KeptPrefix.Length..], null)], "kept", cancellationToken);
        }
        var put = repository.Call("update-ref", "--no-deref", "-m", "put back", name, right);
        await new BranchCheckouts(repository).MoveAsync(
            kept is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [name] = kept[KeptPrefix.Length..] },
            () => repository.WriteAsync(put, cancellationToken),
            cancellationToken
        );
        return kept;
    }

    /// <summary>All refs with one of these full names or below one of these prefixes (<c>refs/heads/orchestrator/run-1</c>), by
    /// name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListAsync(
        IEnumerable<string> namesOrPrefixes,
        CancellationToken cancellationToken = default
    )
    {
        var patterns = namesOrPrefixes.Select(name => name.TrimEnd('/')).ToArray();
        if (patterns.Length == 0)
        {
            return new Dictionary<string, string>();
        }
        var output = await repository.ReadAsync(
            repository.Call(["for-each-ref", "--format=%(objectname) %(refname)", .. patterns]),
            cancellationToken
        );
        return output.Lines.ToDictionary(
            line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..],
            line => line[..line.IndexOf(' ', StringComparison.Ordinal)]
        );
    }

    /// <summary>Moves all of these refs or none, in one git process. If they have their new values already, it is done: repeating it is
    /// harmless. A checkout of the user with one of these branches leaves it before the move and returns to it afterward.</summary>
    /// <param name="changes">The steps; each ref at most once.</param>
    /// <param name="reason">A line for the reflog.</param>
    /// <param name="cancellationToken">Checked only before the beginning.</param>
    /// <exception cref="GitException">Git refuses, or a branch to delete is checked out.</exception>
    public async Task<RefUpdateResult> UpdateAsync(
        IReadOnlyCollection<RefChange> changes,
        string reason,
        CancellationToken cancellationToken = default
    )
    {
        var checkouts = new BranchCheckouts(repository);
        checkouts.RefuseDeletions(changes);
        return await checkouts.MoveAsync(
            changes
                .Where(change => change is { New: not null, Old: not null } && change.New != change.Old)
                .ToDictionary(change => change.Name, change => change.Old!, StringComparer.Ordinal),
            () => UpdateWithFilesAsync(changes, reason, cancellationToken),
            cancellationToken
        );
    }

    /// <summary>Moves refs as <see cref="UpdateAsync"/> does, for a caller that itself brings the files of the branch's checkout to the new
    /// commit, or whose checkout shows that commit already.</summary>
    /// <param name="changes">The steps; each ref at most once.</param>
    /// <param name="reason">A line for the reflog.</param>
    /// <param name="cancellationToken">Checked only before the beginning.</param>
    internal async Task<RefUpdateResult> UpdateWithFilesAsync(
        IReadOnlyCollection<RefChange> changes,
        string reason,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await repository.WriteAsync(
                repository.Call("update-ref", "--stdin", "-z", "-m", reason) with
                {
                    Input = ProcessInput.FromText(ScriptOf(changes)),
                },
                cancellationToken
            );
            return new RefUpdateResult(Done: true, new Dictionary<string, string?>());
        }
        catch (GitException) when (!cancellationToken.IsCancellationRequested)
        {
            var found = await ListAsync(changes.Select(change => change.Name), cancellationToken);
            var actual = changes.ToDictionary(change => change.Name, change => found.GetValueOrDefault(change.Name));
            if (changes.All(change => actual[change.Name] == change.New))
            {
                return new RefUpdateResult(Done: true, actual);
            }
            if (changes.Any(change => actual[change.Name] != change.Old))
            {
                return new RefUpdateResult(Done: false, actual);
            }
            throw; // The refs are as expected, so something else is wrong: a name git refuses, a full disk, an object that is missing.
        }
    }

    /// <summary>The transaction as input of git-update-ref(1).</summary>
    private static string ScriptOf(IEnumerable<RefChange> changes)
    {
        var script = new StringBuilder("start\0");
        foreach (var change in changes)
        {
            script
                .Append("option no-deref\0")
                .Append(
                    (change.New, change.Old) switch
                    {
                        (null, null) => $"verify {change.Name}\0\0",
                        (null, _) => $"delete {change.Name}\0{change.Old}\0",
                        (_, null) => $"create {change.Name}\0{change.New}\0",
                        _ => $"update {change.Name}\0{change.New}\0{change.Old}\0",
                    }
                );
        }
        return script.Append("prepare\0commit\0").ToString();
    }
}
