namespace Orchestrator.Git.Commits;

/// <summary>
/// Git's settings for signing commits. Signing must work without a prompt, because the user may be absent when a run lands.
/// </summary>
/// <param name="Format"><c>openpgp</c>, <c>ssh</c> or <c>x509</c>.</param>
/// <param name="Key">Value of <c>user.signingKey</c>. If empty, git uses the committer's key.</param>
public sealed record CommitSigningSettings(string Format, string Key)
{
    private static readonly TimeSpan AgentPatience = TimeSpan.FromSeconds(60);

    /// <summary>Environment variables that prevent the signing program from prompting on a terminal.</summary>
    internal static IReadOnlyDictionary<string, string?> Variables { get; } =
        new Dictionary<string, string?>
        {
            ["GPG_TTY"] = null,
            ["SSH_ASKPASS"] = null,
            ["SSH_ASKPASS_REQUIRE"] = "never",
        };

    /// <summary>Reads <c>commit.gpgSign</c>, <c>gpg.format</c> and <c>user.signingKey</c>.</summary>
    /// <returns>The signing settings, or null if commits are not to be signed.</returns>
    public static async Task<CommitSigningSettings?> FindAsync(GitRepository repository, CancellationToken cancellationToken = default)
    {
        // All calls of this program pass a setting that disables signing, so that setting is ignored here.
        var settings = (await GitSettingWithScope.ListAsync(repository, repository.CommonDirectory, cancellationToken))
            .Where(setting => setting.IsPersons || setting.IsOfRepository)
            .ToList();
        return
            settings.LastOrDefault(setting => setting.Name == "commit.gpgsign") is { } signs
            && (signs.Value ?? "true").ToLowerInvariant() is "true" or "yes" or "on" or "1"
            ? new CommitSigningSettings(Last("gpg.format") ?? "openpgp", Last("user.signingkey") ?? "")
            : null;

        string? Last(string name) =>
            settings.LastOrDefault(setting => setting.Name == name)?.Value is { Length: > 0 } value
                ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value))
                : null;
    }

    /// <summary>
    /// Tests signing by creating a temporary commit outside the repository's object database. Returns the reason why signing fails, or null
    /// if it works.
    /// </summary>
    /// <returns>Reason why signing fails, or null if it works.</returns>
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
                    Input = ProcessStandardInput.FromText("Test of the signature\n"),
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

    /// <summary>Runs a git call that creates a signed commit.</summary>
    /// <exception cref="CommitSigningException">The key agent refuses, or does not answer in time.</exception>
    internal async Task<GitCommandResult> SignAsync(
        GitRepository repository,
        GitCommandInvocation call,
        CancellationToken cancellationToken
    )
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
            throw new CommitSigningException($"{this} produced no signature within {AgentPatience.TotalSeconds:0} s.");
        }
        catch (GitException refusal) when (refusal.IsRefusal)
        {
            throw new CommitSigningException(
                $"{this} could not sign: {FileNameEncoding.Show(refusal.ErrorOutput.ReplaceLineEndings(" ").Trim(), 300)}"
            );
        }
    }

    /// <summary>Returns a short description of the signing key, with its format, for error messages.</summary>
    public override string ToString() => $"The key {(Key.Length > 0 ? Key : "of the committer")} ({Format})";
}

/// <summary>Thrown if a commit could not be signed.</summary>
public sealed class CommitSigningException(string message) : GitException(message);
