namespace Orchestrator.Git.Refs;

/// <summary>One step of a ref transaction: the creation, move or deletion of a ref.</summary>
/// <param name="Name">Full ref name, such as <c>refs/heads/main</c>.</param>
/// <param name="New">New object id, or null to delete the ref.</param>
/// <param name="Old">Expected current object id, or null if the ref is expected not to exist.</param>
public sealed record RefChange(string Name, string? New, string? Old);

/// <summary>Result of a ref transaction.</summary>
/// <param name="Done">True if every ref has its new value, set by this call or an earlier one.</param>
/// <param name="Actual">Current values of the refs by name, with null for a missing ref. Empty unless the transaction failed.</param>
public sealed record RefUpdateResult(bool Done, IReadOnlyDictionary<string, string?> Actual);

/// <summary>Reads and moves refs. Every change is a compare-and-swap, and symbolic refs are never followed. Only this class moves or
/// deletes branches, so that no branch changes while the user has it checked out (<see cref="CheckedOutBranchProtector"/>).</summary>
public sealed class RefStore(GitRepository repository)
{
    /// <summary>
    /// Prefix of refs that retain commits that would otherwise be unreferenced, such as the replaced values of refs and removed stash
    /// entries.
    /// </summary>
    internal const string KeptPrefix = "refs/orchestrator/foreign/";

    private const string MissingRef = "not a valid ref";

    /// <summary>Returns the object id of a ref, or null if the ref does not exist.</summary>
    public async Task<string?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        if (RefFile.TryRead(repository, name, out var id))
        {
            return id;
        }

        // Names the exact ref, because for a pattern git would read every ref in the same folder. A run keeps the branches of all its tasks
        // in one folder.
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

        // The command also fails if the ref exists but names a missing object.
        return output.ErrorText.EndsWith(MissingRef, StringComparison.Ordinal)
            ? null
            : (await ListAsync([name], cancellationToken)).GetValueOrDefault(name);
    }

    /// <summary>
    /// Returns the object id of a ref, and a value that is true if the ref is symbolic. Refs created by this program are never symbolic.
    /// </summary>
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

    /// <summary>
    /// Restores one of orchestrate's refs to the value recorded by the run, even if the ref is missing, symbolic or at another commit.
    /// Another ref retains the replaced value.
    /// </summary>
    /// <param name="name">Name of the ref.</param>
    /// <param name="right">Commit id that the ref must have.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <returns>Ref that retains the old value, or null if there was no other value.</returns>
    public async Task<string?> PutBackAsync(string name, string right, CancellationToken cancellationToken = default)
    {
        var kept = await ReadAsync(name, cancellationToken) is { } found && found != right ? KeptPrefix + found : null;
        if (kept is not null)
        {
            await UpdateAsync([new RefChange(kept, kept[KeptPrefix.Length..], null)], "kept", cancellationToken);
        }
        var put = repository.Call("update-ref", "--no-deref", "-m", "put back", name, right);
        await new CheckedOutBranchProtector(repository).MoveAsync(
            kept is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [name] = kept[KeptPrefix.Length..] },
            () => repository.WriteAsync(put, cancellationToken),
            cancellationToken
        );
        return kept;
    }

    /// <summary>Returns the object ids of refs by ref name. Each given name is a full ref name or a prefix such as
    /// <c>refs/heads/orchestrator/run-1</c>.</summary>
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

    /// <summary>
    /// Applies all given ref changes or none of them, in one git process. The method is idempotent, because it also succeeds if the refs
    /// already have their new values. If the user has one of the branches checked out, HEAD is detached during the move.
    /// </summary>
    /// <param name="changes">Steps of the transaction, with each ref at most once.</param>
    /// <param name="reason">Line for the reflog.</param>
    /// <param name="cancellationToken">Checked only before the first step.</param>
    /// <exception cref="GitException">Git refuses the transaction, or a branch to delete is checked out.</exception>
    public async Task<RefUpdateResult> UpdateAsync(
        IReadOnlyCollection<RefChange> changes,
        string reason,
        CancellationToken cancellationToken = default
    )
    {
        var checkouts = new CheckedOutBranchProtector(repository);
        checkouts.RefuseDeletions(changes);
        return await checkouts.MoveAsync(
            changes
                .Where(change => change is { New: not null, Old: not null } && change.New != change.Old)
                .ToDictionary(change => change.Name, change => change.Old!, StringComparer.Ordinal),
            () => UpdateWithFilesAsync(changes, reason, cancellationToken),
            cancellationToken
        );
    }

    /// <summary>
    /// Applies ref changes as <see cref="UpdateAsync"/> does, but does not detach checkouts. The caller must update the files of each
    /// checkout of the branches, unless the files already match the new commit.
    /// </summary>
    /// <param name="changes">Steps of the transaction, with each ref at most once.</param>
    /// <param name="reason">Line for the reflog.</param>
    /// <param name="cancellationToken">Checked only before the first step.</param>
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
                    Input = ProcessStandardInput.FromText(ScriptOf(changes)),
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
            throw; // The refs are as expected, so the cause is an invalid name, a full disk or a missing object.
        }
    }

    /// <summary>Formats a ref transaction as standard input for <c>git update-ref --stdin</c>.</summary>
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
