namespace Orchestrator.Settings;

/// <summary>
/// The settings that apply to a repository, depending on whether the user trusts the repository. Without trust, only harmless settings in
/// the repository's files apply. Code that acts on settings must load them with this type.
/// </summary>
public sealed class RepositorySettings
{
    private readonly RawSettingSourceContent _input;
    private readonly Lazy<RepositoryTrustRequest> _question;

    private RepositorySettings(string? repository, RawSettingSourceContent input, bool isTrusted, Lazy<RepositoryTrustRequest> question)
    {
        _input = input;
        _question = question;
        Repository = repository;
        IsTrusted = isTrusted;
        Loaded = SettingsLoader.Load(input with { IsTrusted = isTrusted });
    }

    /// <summary>Root of the repository, or null if there is no repository.</summary>
    public string? Repository { get; }

    /// <summary>True if all settings apply, because the user trusts the repository or because there is no repository.</summary>
    public bool IsTrusted { get; }

    /// <summary>Settings that apply, with their errors, warnings and sources.</summary>
    public SettingsLoadResult Loaded { get; }

    /// <summary>Permissions that the user would grant by trusting the repository. If there are none, the user need not be asked.</summary>
    public RepositoryTrustRequest Question => _question.Value;

    /// <summary>
    /// True if the repository's files configure a connection to a Temporal server that has no effect until the user trusts the repository.
    /// </summary>
    public bool WithholdsEngine =>
        Loaded.Values.Any(value => value.IsWithheld && value.Name.StartsWith("temporal.", StringComparison.Ordinal));

    /// <summary>Reason why this repository can't be used yet, with a suggested fix. Null if it can be used.</summary>
    public string? Refusal =>
        IsTrusted || Question.Items.Count == 0
            ? null
            : $"{Repository} is not trusted on this machine, because its files contain {Plural.Of(Question.Items.Count, "request")} "
                + "that you have not approved. Inspect and approve them with 'orchestrate trust' there.";

    /// <summary>Loads the settings of a repository.</summary>
    /// <param name="repository">Root of the repository, or null if there is none.</param>
    /// <param name="input">Texts of all sources of settings.</param>
    /// <param name="find">Finds commands in the project's own files. Called only if the result is needed.</param>
    /// <param name="store">Store of the user's trust decisions.</param>
    /// <param name="runId">Id of a run that may have been trusted separately, or null if there is none.</param>
    public static RepositorySettings Load(
        string? repository,
        RawSettingSourceContent input,
        Func<string, IReadOnlyList<DetectedCommand>> find,
        RepositoryTrustStore store,
        string? runId = null
    )
    {
        var question = new Lazy<RepositoryTrustRequest>(() =>
            repository is null ? new RepositoryTrustRequest([]) : RepositoryTrustRequestBuilder.Of(input, find(repository))
        );
        var isTrusted = repository is null || (store.WasTrusted(repository, runId) && store.IsTrusted(repository, question.Value, runId));
        return new RepositorySettings(repository, input, isTrusted, question);
    }

    /// <summary>Returns these settings as they apply if the repository is trusted.</summary>
    public RepositorySettings WithTrust() => IsTrusted ? this : new RepositorySettings(Repository, _input, isTrusted: true, _question);
}
