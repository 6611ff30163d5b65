using Orchestrator.App.Setup;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// Changes settings at a user's request. The changed file is validated together with the other settings files before it is written.
/// Settings that the user typed become trusted.
/// </summary>
/// <param name="context">Provides user interaction and the folder.</param>
/// <param name="isUser">True to change the user's file instead of the repository's.</param>
/// <param name="names">Names of the settings that change.</param>
internal sealed class ConfigChange(CliCommandServiceBundle context, bool isUser, IReadOnlyList<string> names)
{
    private readonly string _file = isUser
        ? SettingsFiles.UserFile(context.Environment)
        : Path.Combine(context.RequireRepository().WorkTree, SettingsFiles.RepositoryFileName);

    /// <summary>
    /// Applies a change to the text of the settings file. Returns the new text, or null together with the errors that prevent the change.
    /// </summary>
    /// <param name="text">Current text.</param>
    /// <param name="shown">Name of the file in messages.</param>
    /// <param name="load">Loads a text of the file together with the other files.</param>
    internal delegate (string? Text, IReadOnlyList<SettingFault> Faults) Edit(
        string text,
        string shown,
        Func<string, SettingsLoadResult> load
    );

    /// <summary>Name of the settings file, as shown in messages.</summary>
    public string Shown => isUser ? _file : SettingsFiles.RepositoryFileName;

    private string Text => File.Exists(_file) ? File.ReadAllText(_file) : "";

    /// <summary>Creates the option that selects the user's settings file.</summary>
    public static Option<bool> User() => new("--user") { Description = "Change your own configuration file instead of the repository's" };

    /// <summary>True if the settings file contains the named setting, or any setting of the named section.</summary>
    public bool Has(string name) => ConfigFileEditor.Has(Text, name);

    /// <summary>Applies a change to the settings file.</summary>
    /// <param name="edit">Returns the new text of the file.</param>
    /// <param name="done">Verb for the completed change, shown in the message.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UseCaseException">The result would be invalid. Nothing is written.</exception>
    public UseCaseOutcome Make(Edit edit, string done)
    {
        var before = isUser ? null : context.OpenSettings(context.FindRepository(), []);
        var (text, faults) = edit(Text, Shown, Load);
        if (text is null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                string.Join("\n", faults.Select(fault => fault.ToString())),
                done == "set" ? "Set settings that are valid only together in one call: orchestrate config set NAME VALUE NAME VALUE" : ""
            );
        }
        var folder = Path.GetDirectoryName(_file)!;
        LocalRepositoryPaths.EnsureFolder(folder);
        IgnoreFile.Ensure(folder);
        File.WriteAllText(_file, text);
        foreach (var name in names)
        {
            context.Terminal.Inform($"{name} is {done} in {Shown}.");
            WarnIfOverruled(name);
        }
        if (before is not null)
        {
            KeepTrust(before);
        }
        return UseCaseOutcome.Done;
    }

    /// <summary>
    /// Loads the settings with new text in place of the file's text. New text for the user's file must be valid in any repository.
    /// </summary>
    private SettingsLoadResult Load(string text)
    {
        var file = new ConfigurationFileText(Shown, text);
        return SettingsLoader.Load(
            isUser
                ? new RawSettingSourceContent { UserFile = file }
                : SettingsFiles.Read(context.RequireRepository().WorkTree, context.Environment, []) with
                {
                    Environment = new Dictionary<string, string>(),
                    RepositoryFile = file,
                }
        );
    }

    /// <summary>
    /// Marks the repository's settings as trusted after the user typed a change. Requires that all other settings in its files were already
    /// trusted. A change made by an agent does not count as typed by the user.
    /// </summary>
    private void KeepTrust(RepositorySettings before)
    {
        var after = context.OpenSettings(context.FindRepository(), []);
        if (after.IsTrusted || after.Question.Items.Count == 0)
        {
            return;
        }
        var known = before.Question.Items.Select(Content).ToHashSet();
        var isKnown = before.Refusal is null;
        var isTyped = after.Question.Items.All(item => IsTyped(item) || (isKnown && known.Contains(Content(item))));
        if (isTyped && !context.Environment.ContainsKey("ORCHESTRATOR_TASK"))
        {
            context.Trust.Trust(after.Repository!, after.Question);
        }
        else if (after.Question.Items.Any(IsTyped))
        {
            context.Terminal.Warn("The change takes effect when this repository's files are trusted (orchestrate trust).");
        }
    }

    // Names with a part chosen by the user, such as agents.NAME.provider, are not in the list of settings.
    private bool IsTyped(TrustRequiringRepositorySetting item) =>
        names.Any(name =>
            item.Setting == name
            || item.Setting == SettingDeclarationIndex.Find(name)?.Name
            || item.Setting.StartsWith(name + ".", StringComparison.Ordinal)
        );

    private static (TrustRequiringSettingEffect, string, string) Content(TrustRequiringRepositorySetting item) =>
        (item.Kind, item.Setting, item.Value);

    private void WarnIfOverruled(string name)
    {
        var where = isUser ? SettingSourceKind.UserFile : SettingSourceKind.RepositoryFile;
        var values = SettingsLoader.Load(SettingsFiles.Read(context.FindRepository()?.WorkTree, context.Environment, [])).Values;
        var known = SettingDeclarationIndex.Find(name)?.Name ?? name;
        if (values.FirstOrDefault(value => value.Name == known) is { } value && value.Source.Kind > where)
        {
            context.Terminal.Warn($"The change has no effect, because {value.Source} overrides it with {value.Value}.");
        }
    }
}
