using System.CommandLine;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Options;
using Orchestrator.Machine.Setup;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>config list|get|set</c>: every setting with its value and source.</summary>
internal sealed class ConfigCommand : Command
{
    public ConfigCommand()
        : base("config", "Show and change settings")
    {
        Add(new ListCommand());
        Add(new GetCommand());
        Add(new SetCommand());
    }

    private static ConfigEntry Entry(SettingValue value)
    {
        var kind = value.Source.Kind.ToString();
        return new ConfigEntry(
            value.Name,
            value.Value,
            value.DefaultValue,
            char.ToLowerInvariant(kind[0]) + kind[1..],
            value.Source.Place,
            value.Source.Line,
            value.Description,
            value.IsWithheld
        );
    }

    private static CommandException Unknown(string name)
    {
        var near = SettingIndex.Nearest(name);
        return new CommandException(
            ExitCodes.Usage,
            $"There is no setting '{name}'.",
            near is null ? "See 'orchestrate config list'." : $"Did you mean '{near}'?"
        );
    }

    private sealed class ListCommand : CliCommand
    {
        private readonly Option<bool> _json = GlobalOptions.Json();
        private readonly Option<bool> _changed = new("--changed") { Description = "Only what is not the default" };

        public ListCommand()
            : base("list", "Show every setting, its value and where it comes from")
        {
            Add(_changed);
            Add(_json);
        }

        public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
        {
            var values = context
                .LoadSettings()
                .Values.Where(value => !parsed.GetValue(_changed) || value.Source.Kind != SettingSourceKind.Default)
                .ToList();
            if (parsed.GetValue(_json))
            {
                context.Print(new ConfigDocument([.. values.Select(Entry)]), CliJson.Default.ConfigDocument);
                return Task.FromResult(ExitCodes.Done);
            }

            var width = values.Count == 0 ? 0 : values.Max(value => value.Name.Length);
            foreach (var value in values)
            {
                context.Terminal.Show(
                    $"{value.Name.PadRight(width)}  {value.Value}  "
                        + $"({value.Source}{(value.IsWithheld ? "; does not count until 'orchestrate trust'" : "")})"
                );
            }
            return Task.FromResult(ExitCodes.Done);
        }
    }

    private sealed class GetCommand : CliCommand
    {
        private readonly Argument<string> _name = new("NAME") { Description = "Name of the setting, such as retry.max_attempts" };
        private readonly Option<bool> _json = GlobalOptions.Json();

        public GetCommand()
            : base("get", "Show one setting")
        {
            Add(_name);
            Add(_json);
        }

        public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
        {
            var name = parsed.GetRequiredValue(_name);
            var setting = SettingIndex.Find(name) ?? throw Unknown(name);
            var value =
                context.LoadSettings().Values.FirstOrDefault(value => value.Name == name || value.Name == setting.Name)
                ?? throw new CommandException(
                    ExitCodes.Usage,
                    $"'{name}' is not set.",
                    "Agents are named under 'agents' in the configuration."
                );
            if (parsed.GetValue(_json))
            {
                context.Print(new ConfigDocument([Entry(value)]), CliJson.Default.ConfigDocument);
            }
            else
            {
                context.Terminal.Document(value.Value + "\n");
            }
            return Task.FromResult(ExitCodes.Done);
        }
    }

    private sealed class SetCommand : CliCommand
    {
        private readonly Argument<string> _name = new("NAME") { Description = "Name of the setting" };
        private readonly Argument<string> _value = new("VALUE") { Description = "Its value as it would stand in YAML" };
        private readonly Option<bool> _user = new("--user") { Description = "In the user's file instead of the repository's" };

        public SetCommand()
            : base("set", "Change one setting in the repository's configuration; comments stay")
        {
            Add(_name);
            Add(_value);
            Add(_user);
        }

        public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
        {
            var name = parsed.GetRequiredValue(_name);
            if (SettingIndex.Find(name) is null)
            {
                throw Unknown(name);
            }
            var user = parsed.GetValue(_user);
            var file = user
                ? SettingsFiles.UserFile(context.Environment)
                : Path.Combine(context.RequireRepository().WorkTree, SettingsFiles.RepositoryFileName);
            var shown = user ? file : SettingsFiles.RepositoryFileName;
            var (text, faults) = ConfigFileEditor.Set(
                File.Exists(file) ? File.ReadAllText(file) : "",
                name,
                parsed.GetRequiredValue(_value),
                shown
            );
            if (text is null)
            {
                throw new CommandException(ExitCodes.Usage, string.Join("\n", faults.Select(fault => fault.ToString())));
            }
            var folder = Path.GetDirectoryName(file)!;
            Directory.CreateDirectory(folder);
            IgnoreFile.Ensure(folder);
            File.WriteAllText(file, text);
            context.Terminal.Say($"{name} is set in {shown}.");
            var setting = SettingIndex.Find(name)!;
            WarnIfOverruled(context, setting.Name, user ? SettingSourceKind.UserFile : SettingSourceKind.RepositoryFile);
            // A person's name: agents.NAME.provider is not in the list of settings.
            if (
                !user
                && context.OpenSettings(context.FindRepository(), []) is { IsTrusted: false } opened
                && opened.Question.Items.Any(Asks)
            )
            {
                context.Terminal.Warn("It counts when this repository's files are trusted: orchestrate trust.");
            }
            return Task.FromResult(ExitCodes.Done);

            bool Asks(TrustItem item) => item.Setting == name || item.Setting.StartsWith(name + ".", StringComparison.Ordinal);
        }

        private static void WarnIfOverruled(CommandContext context, string name, SettingSourceKind where)
        {
            var values = SettingsLoader.Load(SettingsFiles.Read(context.FindRepository()?.WorkTree, context.Environment, [])).Values;
            if (values.FirstOrDefault(value => value.Name == name) is { } value && value.Source.Kind > where)
            {
                context.Terminal.Warn($"It is not in force: {value.Source} says {value.Value}, and goes before it.");
            }
        }
    }
}
