namespace Orchestrator.Settings;

/// <summary>The settings of a repository with what the person has said about it: the one way from files to settings for whoever acts on
/// them. Without a yes only what is harmless of the repository's files counts.</summary>
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

    /// <summary>A person has said yes, or there is no repository: everything counts.</summary>
    public bool IsTrusted { get; }

    /// <summary>The settings in force.</summary>
    public SettingsResult Loaded { get; }

    /// <summary>What a yes lets the repository do; without items there is nothing to ask.</summary>
    public TrustQuestion Question => _question.Value;

    /// <summary>The repository's files name another engine than the settings in force, which counts only after a yes.</summary>
    public bool WithholdsEngine =>
        Loaded.Values.Any(value => value.IsWithheld && value.Name.StartsWith("temporal.", StringComparison.Ordinal));

    /// <summary>Why nothing may be done with this repository yet, with the cure; null where it may.</summary>
    public string? Refusal =>
        IsTrusted || Question.Items.Count == 0
            ? null
            : $"{Repository} is not trusted on this machine: its files would run or decide {Question.Items.Count} "
                + $"{(Question.Items.Count == 1 ? "thing" : "things")}. Look at them and say yes with 'orchestrate trust' there.";

    /// <summary>Loads them.</summary>
    /// <param name="repository">Root of the repository; null where there is none.</param>
    /// <param name="input">The layers.</param>
    /// <param name="find">Finds the commands that the project's own files ask for; called only where it matters.</param>
    /// <param name="store">What the person has said.</param>
    /// <param name="runId">The run that is meant, where there is one: what was trusted for it alone counts.</param>
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

    /// <summary>The same after a yes.</summary>
    public RepositorySettings Trusting() => IsTrusted ? this : new RepositorySettings(Repository, _input, isTrusted: true, _question);
}
