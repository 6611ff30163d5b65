using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Cli.Console;
using Orchestrator.Local;
using Orchestrator.Settings;

namespace Orchestrator.Cli;

/// <summary>What every command works with: terminal, time, variables, folder, and from it repository and settings.</summary>
internal sealed class CommandContext(ITerminal terminal, IReadOnlyDictionary<string, string> environment, string directory, TimeProvider time, Interrupts interrupts, bool verbose = false)
{
    private RepositoryLocation? _repository;

    public ITerminal Terminal { get; } = terminal;

    public IReadOnlyDictionary<string, string> Environment { get; } = environment;

    /// <summary>Where secrets are looked up: the process's variables, and since settings were loaded those of <c>.orchestrator/secrets.env</c> and <c>.env</c>.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = environment;

    /// <summary>Folder that relative paths of the command line belong to.</summary>
    public string Directory { get; } = directory;

    public TimeProvider Time { get; } = time;

    public bool Verbose { get; } = verbose;

    /// <summary>Ctrl-C, once and twice.</summary>
    public Interrupts Interrupts { get; } = interrupts;

    /// <summary>The repository the command was called in, or null.</summary>
    public RepositoryLocation? FindRepository() => _repository ??= RepositoryLocation.Find(Directory);

    /// <summary>The repository the command was called in.</summary>
    /// <exception cref="CommandException">There is none, or it has no work tree.</exception>
    public RepositoryLocation RequireRepository()
    {
        var repository = FindRepository()
            ?? throw new CommandException(ExitCodes.Usage, $"{Directory} is in no git repository.", "Run 'git init' there, or name another folder with --working-dir.");
        return repository.IsBare
            ? throw new CommandException(ExitCodes.Usage, $"{repository.Root} is a bare repository: agents need a work tree.", "Work in a clone of it.")
            : repository;
    }

    /// <summary>A path of the command line as an absolute one.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, Directory);

    /// <summary>The settings in force; warnings are shown.</summary>
    /// <exception cref="CommandException">Something is set wrongly; all faults are named.</exception>
    public SettingsResult LoadSettings(params IReadOnlyList<SettingFlag> flags) => Load(SettingsFiles.Read(FindRepository()?.Root, Environment, flags));

    /// <summary>The settings in force, for questions that can do without; null where something is set wrongly, which whoever needs them says.</summary>
    public OrchestratorSettings? FindSettings() => SettingsLoader.Load(SettingsFiles.Read(FindRepository()?.Root, Environment, [])).Settings;

    /// <summary>The settings that would be in force if the repository's file were this one.</summary>
    /// <exception cref="CommandException">The file can't be opened, or something is set wrongly.</exception>
    public SettingsResult LoadSettingsFrom(string name)
    {
        var path = FullPath(name);
        return File.Exists(path)
            ? Load(SettingsFiles.Read(FindRepository()?.Root, Environment, []) with { RepositoryFile = new ConfigurationText(name, File.ReadAllText(path)) })
            : throw new CommandException(ExitCodes.Usage, $"There is no file {name} in {Directory}.", "Check the name.");
    }

    private SettingsResult Load(SettingsInput input)
    {
        var result = SettingsLoader.Load(input);
        Variables = result.Variables;
        foreach (var warning in result.Warnings)
            Terminal.Warn(warning.ToString());
        return result.Settings is not null
            ? result
            : throw new CommandException(ExitCodes.Usage, string.Join("\n", result.Errors.Select(fault => fault.ToString())));
    }

    /// <summary>Prints one JSON document.</summary>
    public void Print<T>(T document, JsonTypeInfo<T> type) => Terminal.Result(JsonSerializer.Serialize(document, type) + "\n");
}
