using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Sharing;

/// <summary>Result of a push, with the reason if it was rejected or failed.</summary>
/// <param name="IsDone">True if the remote has all refs.</param>
/// <param name="IsFenced">True if the push was rejected because another host has pushed since the last fetch.</param>
/// <param name="Message">Git's error message if the push failed for another reason.</param>
public sealed record PushOutcome(bool IsDone, bool IsFenced, string Message);

/// <summary>Pushes, fetches, lists and removes refs through which hosts share state on a remote.</summary>
/// <param name="repository">The repository.</param>
/// <param name="remote">Name or address of the remote.</param>
public sealed class RemoteRefs(GitRepository repository, string remote)
{
    private const int MostRaces = 3;
    private static readonly int[] Answers = [0, 1, 128, 129];

    /// <summary>
    /// Pushes all given refs or none of them. The push is rejected if another host has moved the ref <paramref name="fence"/> since the
    /// last fetch. The other refs are overwritten.
    /// </summary>
    /// <param name="refs">Commits by ref name. The names are the same on the remote.</param>
    /// <param name="fence">Ref that must be unchanged on the remote.</param>
    /// <param name="known">Expected commit of the fence, or null if the ref is expected not to exist.</param>
    /// <param name="cancellationToken">Cancels the git call.</param>
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
            : new PushOutcome(false, false, CleanMessage($"{output.ErrorText} {output.Text}"));
    }

    // Another push changed the ref between the remote's listing and its lock. A retry detects the other push.
    private static bool IsRace(string said) => said.Contains("cannot lock ref", StringComparison.Ordinal);

    /// <summary>Fetches refs from the remote. Returns an error message, or an empty string on success.</summary>
    /// <param name="names">Local ref names, by ref name on the remote.</param>
    /// <param name="cancellationToken">Cancels the git call.</param>
    /// <returns>Reason why the refs could not be fetched, or empty on success.</returns>
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
        var output = await new CheckedOutBranchProtector(repository).MoveAsync(
            await new RefStore(repository).ListAsync(names.Values, cancellationToken),
            () => repository.ReadAsync(fetch, cancellationToken),
            cancellationToken
        );
        return output.ExitCode == 0 ? "" : CleanMessage(output.ErrorText);
    }

    /// <summary>Lists refs on the remote.</summary>
    /// <param name="patterns">Patterns for <c>git ls-remote</c>, either full names or with <c>*</c>.</param>
    /// <param name="cancellationToken">Cancels the git call.</param>
    /// <returns>Commits by ref name, and the problem that prevented listing them. The problem is empty on success.</returns>
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
            : (new Dictionary<string, string>(), CleanMessage(output.ErrorText));
    }

    /// <summary>Removes refs from the remote, except refs that have changed since they were listed.</summary>
    /// <param name="refs">Commits by ref name, as listed.</param>
    /// <param name="cancellationToken">Cancels the git call.</param>
    /// <returns>Reason why some refs were not removed, or empty if all were.</returns>
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
        return output.ExitCode == 0 ? "" : CleanMessage($"{output.ErrorText} {output.Text}");
    }

    /// <summary>True if a problem returned by <see cref="FetchAsync"/> means that the remote does not have the ref.</summary>
    public static bool MeansAbsent(string problem) => problem.Contains("couldn't find remote ref", StringComparison.Ordinal);

    private static string CleanMessage(string said) => FileNameEncoding.Show(said.ReplaceLineEndings(" ").Trim(), 600);

    // The working directory matters, because the address of a remote may be a path relative to the checkout.
    private GitCommandInvocation Call(IEnumerable<string> arguments) =>
        repository.Call(arguments) with
        {
            Directory = repository.MainCheckout ?? repository.CommonDirectory,
            AnswerCodes = Answers,
        };
}
