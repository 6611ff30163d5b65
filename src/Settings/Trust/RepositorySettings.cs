namespace Orchestrator.Settings;

/// <summary>The settings of a repository with the person's trust decision: the only way from files to settings for code that acts on them.
/// Without trust only harmless settings of the repository's files count.</summary>
public sealed class RepositorySettings
{
    private readonly SettingsInput _input;
    private readonly Lazy<TrustQuestion> _question;

    private RepositorySettings(string? repository, SettingsInput input, bool isTrusted, Lazy<TrustQuestion> question)
    {
        _input = input;
        _question = question;
        Repository = repository;
        IsTrusted = isTrusted;
        Loaded = SettingsLoader.Load(input with { IsTrusted = isTrusted });
    }

    /// <summary>Root of the repository; null where there is none.</summary>
    public string? Repository { get; }

    /// <summary>A person trusts it, or there is no repository: everything counts.</summary>
    public bool IsTrusted { get; }

    /// <summary>The effective settings.</summary>
    public SettingsResult Loaded { get; }

    /// <summary>The permissions that trust would give; without items there is nothing to ask.</summary>
    public TrustQuestion Question => _question.Value;

    /// <summary>The repository's files name another Temporal server than the effective settings, which counts only with trust.</summary>
    public bool WithholdsEngine =>
        Loaded.Values.Any(value => value.IsWithheld && value.Name.StartsWith("temporal.", StringComparison.Ordinal));

    /// <summary>Why this repository can't be used yet, with the cure; null where it can.</summary>
    public string? Refusal =>
        IsTrusted || Question.Items.Count == 0
            ? null
            : $"{Repository} is not trusted on this machine: its files would run or decide {Question.Items.Count} "
                + $"{Plural.Form(Question.Items.Count, "thing", "things")}. Look at them and say yes with 'orchestrate trust' there.";

    /// <summary>Loads them.</summary>
    /// <param name="repository">Root of the repository; null where there is none.</param>
    /// <param name="input">The layers.</param>
    /// <param name="find">Finds commands in the project's own files; called only where needed.</param>
    /// <param name="store">The person's trust decisions.</param>
    /// <param name="runId">The run, where there is one: trust for it alone counts, too.</param>
    public static RepositorySettings Load(
        string? repository,
        SettingsInput input,
        Func<string, IReadOnlyList<FoundCommand>> find,
        TrustStore store,
        string? runId = null
    )
    {
        var question = new Lazy<TrustQuestion>(() =>
            repository is null ? new TrustQuestion([]) : TrustQuestions.Of(input, find(repository))
        );
        var isTrusted = repository is null || (store.Knows(repository, runId) && store.IsTrusted(repository, question.Value, runId));
        return new RepositorySettings(repository, input, isTrusted, question);
    }

    /// <summary>These settings, trusted.</summary>
    public RepositorySettings Trusting() => IsTrusted ? this : new RepositorySettings(Repository, _input, isTrusted: true, _question);
}
