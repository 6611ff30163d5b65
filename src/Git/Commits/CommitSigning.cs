namespace Orchestrator.Git.Commits;

/// <summary>The signing of commits by the user's git configuration. The key's agent must answer without a question, because nobody may be
/// at a terminal when a run lands.</summary>
/// <param name="Format"><c>openpgp</c>, <c>ssh</c> or <c>x509</c>.</param>
/// <param name="Key"><c>user.signingKey</c>; empty: git takes the committer's.</param>
public sealed record CommitSigning(string Format, string Key)
{
    private static readonly TimeSpan AgentPatience = TimeSpan.FromSeconds(60);

    /// <summary>Variables of a call that signs: no program may ask at a terminal.</summary>
    internal static IReadOnlyDictionary<string, string?> Variables { get; } =
        new Dictionary<string, string?>
        {
            ["GPG_TTY"] = null,
            ["SSH_ASKPASS"] = null,
            ["SSH_ASKPASS_REQUIRE"] = "never",
        };

    /// <summary>Reads <c>commit.gpgSign</c>, <c>gpg.format</c> and <c>user.signingKey</c>.</summary>
    /// <returns>Null if the configuration signs no commits.</returns>
    public static async Task<CommitSigning?> FindAsync(GitRepository repository, CancellationToken cancellationToken = default)
    {
        // Our calls switch signing off by a setting of their own, which does not count here.
        var settings = (await ScopedSetting.ListAsync(repository, repository.CommonDirectory, cancellationToken))
            .Where(setting => setting.IsPersons || setting.IsOfRepository)
            .ToList();
        return
            settings.LastOrDefault(setting => setting.Name == "commit.gpgsign") is { } signs
            && (signs.Value ?? "true").ToLowerInvariant() is "true" or "yes" or "on" or "1"
            ? new CommitSigning(Last("gpg.format") ?? "openpgp", Last("user.signingkey") ?? "")
            : null;

        string? Last(string name) =>
            settings.LastOrDefault(setting => setting.Name == name)?.Value is { Length: > 0 } value
                ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value))
                : null;
    }

    /// <summary>Signs a commit that no ref names, outside of the repository's objects.</summary>
    /// <returns>Why the key's agent does not sign; null if it does.</returns>
    public async Task<string?> TryAsync(GitRepository repository, CancellationToken cancellationToken = default)
    {
        var folder = Directory.CreateTempSubdirectory("orchestrate-sign-");
        try
        {
            var objects = Path.Combine(repository.CommonDirectory, "objects");
            await SignAsync(
                repository,
                repository.Call("commit-tree", "-S", "HEAD^{tree}", "-F", "-") with
                {
                    Input = ProcessInput.FromText("A trial of the signature\n"),
                    Environment = new Dictionary<string, string?>(repository.IdentityVariables)
                    {
                        ["GIT_OBJECT_DIRECTORY"] = folder.FullName,
                        ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = objects,
                    },
                },
                cancellationToken
            );
            return null;
        }
        catch (CommitSigningException refusal)
        {
            return refusal.Message;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Runs a call that makes a signed commit.</summary>
    /// <exception cref="CommitSigningException">The key's agent refuses, or does not answer in time.</exception>
    internal async Task<GitOutput> SignAsync(GitRepository repository, GitCall call, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(AgentPatience);
        try
        {
            return await repository.AddObjectsAsync(
                call with
                {
                    OwnSession = true,
                    Environment = call.Environment.Concat(Variables).ToDictionary(entry => entry.Key, entry => entry.Value),
                },
                patience.Token
            );
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommitSigningException($"{this} did not answer within {AgentPatience.TotalSeconds:0} s.");
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            throw new CommitSigningException(
                $"{this} does not sign: {FileNames.Show(refusal.ErrorOutput.ReplaceLineEndings(" ").Trim(), 300)}"
            );
        }
    }

    /// <summary>The program and the key, for people.</summary>
    public override string ToString() => $"The key {(Key.Length > 0 ? Key : "of the committer")} ({Format})";
}

/// <summary>A commit could not be signed.</summary>
public sealed class CommitSigningException(string message) : GitException(message);
