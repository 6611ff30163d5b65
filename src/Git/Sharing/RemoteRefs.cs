using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Sharing;

/// <summary>The result of a push.</summary>
/// <param name="IsDone">All refs are there.</param>
/// <param name="IsFenced">Somebody else has pushed since: nothing was changed.</param>
/// <param name="Message">What git says, where it is neither.</param>
public sealed record PushOutcome(bool IsDone, bool IsFenced, string Message);

/// <summary>Refs that machines share by a remote.</summary>
/// <param name="repository">The repository.</param>
/// <param name="remote">Name or address of the remote.</param>
public sealed class RemoteRefs(GitRepository repository, string remote)
{
    private const int MostRaces = 3;
    private static readonly int[] Answers = [0, 1, 128, 129];

    /// <summary>Pushes all of these refs or none, and only if nobody has moved one of them since this repository knew it.</summary>
    /// <param name="refs">The commits, by names, which are the same there.</param>
    /// <param name="fence">The ref that must be there as it is known here.</param>
    /// <param name="known">Its commit; null: it must not be there.</param>
    /// <param name="cancellationToken">Ends git.</param>
    public async Task<PushOutcome> PushAsync(
        IReadOnlyDictionary<string, string> refs,
        string fence,
        string? known,
        CancellationToken cancellationToken = default
    )
    {
        var call = Call([
            "push",
            "--porcelain",
            "--atomic",
            "--no-verify",
            $"--force-with-lease={fence}:{known ?? ""}",
            remote,
            .. refs.Select(one => $"{(one.Key == fence ? "" : "+")}{one.Value}:{one.Key}"),
        ]);
        var output = await repository.ReadAsync(call, cancellationToken);
        for (var more = MostRaces; more > 0 && output.ExitCode != 0 && IsRace(output.ErrorText); more--)
        {
            output = await repository.ReadAsync(call, cancellationToken);
        }
        return output.ExitCode == 0 ? new PushOutcome(true, false, "")
            : output.Text.Contains("stale info", StringComparison.Ordinal) ? new PushOutcome(false, true, "")
            : new PushOutcome(false, false, Shown($"{output.ErrorText} {output.Text}"));
    }

    // Another push was between the remote's answer and its lock: what that one means, the next try tells.
    private static bool IsRace(string said) => said.Contains("cannot lock ref", StringComparison.Ordinal);

    /// <summary>Fetches refs.</summary>
    /// <param name="names">Their names there, and the names that they get here.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>Why they could not be fetched; empty: they are here.</returns>
    public async Task<string> FetchAsync(IReadOnlyDictionary<string, string> names, CancellationToken cancellationToken = default)
    {
        var fetch = Call([
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--update-head-ok",
            remote,
            .. names.Select(one => $"+{one.Key}:{one.Value}"),
        ]);
        var output = await new BranchCheckouts(repository).MoveAsync(
            await new RefStore(repository).ListAsync(names.Values, cancellationToken),
            () => repository.ReadAsync(fetch, cancellationToken),
            cancellationToken
        );
        return output.ExitCode == 0 ? "" : Shown(output.ErrorText);
    }

    /// <summary>Lists refs.</summary>
    /// <param name="patterns">As of <c>git ls-remote</c>: whole names, or with <c>*</c>.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>The commits by names, and why they are not known; one of both is empty, or the remote has none.</returns>
    public async Task<(IReadOnlyDictionary<string, string> Refs, string Problem)> ListAsync(
        IEnumerable<string> patterns,
        CancellationToken cancellationToken = default
    )
    {
        var output = await repository.ReadAsync(Call(["ls-remote", "--refs", remote, .. patterns]), cancellationToken);
        return output.ExitCode == 0
            ? (
                output
                    .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => line.Split('\t'))
                    .ToDictionary(line => line[1], line => line[0], StringComparer.Ordinal),
                ""
            )
            : (new Dictionary<string, string>(), Shown(output.ErrorText));
    }

    /// <summary>Removes refs that are as they were listed.</summary>
    /// <param name="refs">Their commits, by names.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>Why some of them are still there; empty: none is.</returns>
    public async Task<string> RemoveAsync(IReadOnlyDictionary<string, string> refs, CancellationToken cancellationToken = default)
    {
        var output = await repository.ReadAsync(
            Call([
                "push",
                "--porcelain",
                "--no-verify",
                .. refs.Select(one => $"--force-with-lease={one.Key}:{one.Value}"),
                remote,
                .. refs.Keys.Select(name => $":{name}"),
            ]),
            cancellationToken
        );
        return output.ExitCode == 0 ? "" : Shown($"{output.ErrorText} {output.Text}");
    }

    /// <summary>True if what <see cref="FetchAsync"/> has returned says that the remote does not have the ref.</summary>
    public static bool SaysAbsent(string problem) => problem.Contains("couldn't find remote ref", StringComparison.Ordinal);

    private static string Shown(string said) => FileNames.Show(said.ReplaceLineEndings(" ").Trim(), 600);

    // A remote may be a path relative to the checkout.
    private GitCall Call(IEnumerable<string> arguments) =>
        repository.Call(arguments) with
        {
            Directory = repository.MainCheckout ?? repository.CommonDirectory,
            AnswerCodes = Answers,
        };
}
