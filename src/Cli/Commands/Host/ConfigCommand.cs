using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>config list|get|set|unset</c>: shows and changes settings with their values and sources.</summary>
internal sealed class ConfigCommand : Command
{
    public ConfigCommand()
        : base("config", "Show and change settings")
    {
        Add(new ConfigListCommand());
        Add(new ConfigGetCommand());
        Add(new ConfigSetCommand());
        Add(new ConfigUnsetCommand());
    }

    private static UseCaseException Unknown(string name)
    {
        var near = SettingDeclarationIndex.Nearest(name);
        return new UseCaseException(
            UseCaseOutcome.Usage,
            $"The setting '{name}' is unknown.",
            near is null ? "See 'orchestrate config list'." : $"Did you mean '{near}'?"
        );
    }

    private sealed class ConfigListCommand : CliCommand
    {
        private readonly Option<bool> _json = GlobalOptions.Json();
        private readonly Option<bool> _changed = new("--changed")
        {
            Description = "Show only settings whose value does not come from the default",
        };

        public ConfigListCommand()
            : base("list", "Show every setting with its value and its source")
        {
            Add(_changed);
            Add(_json);
        }

        public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            if (parsed.GetValue(_json))
            {
                context.Print(new RunQueries(context).Settings(parsed.GetValue(_changed)), DocumentJson.Default.SettingListDocument);
                return Task.FromResult(UseCaseOutcome.Done);
            }
            var values = context
                .LoadSettings()
                .Values.Where(value => !parsed.GetValue(_changed) || value.Source.Kind != SettingSourceKind.Default)
                .ToList();
            var width = values.Count == 0 ? 0 : values.Max(value => value.Name.Length);
            foreach (var value in values)
            {
                context.Terminal.Show(
                    $"{value.Name.PadRight(width)}  {value.Value}  "
                        + $"({value.Source}{(value.IsWithheld ? "; does not count until 'orchestrate trust'" : "")})"
                );
            }
            return Task.FromResult(UseCaseOutcome.Done);
        }
    }

    private sealed class ConfigGetCommand : CliCommand
    {
        private readonly Argument<string> _name = new("NAME") { Description = "Name of the setting, such as retry.max_attempts" };
        private readonly Option<bool> _json = GlobalOptions.Json();

        public ConfigGetCommand()
            : base("get", "Print the value of one setting")
        {
            Add(_name);
            Add(_json);
        }

        public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            var name = parsed.GetRequiredValue(_name);
            var setting = SettingDeclarationIndex.Find(name) ?? throw Unknown(name);
            var value =
                context.LoadSettings().Values.FirstOrDefault(value => value.Name == name || value.Name == setting.Name)
                ?? throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"'{name}' is not set.",
                    "Agents are listed under 'agents' in the configuration."
                );
            if (parsed.GetValue(_json))
            {
                context.Print(new SettingListDocument([SettingDocumentFactory.Of(value)]), DocumentJson.Default.SettingListDocument);
            }
            else
            {
                context.Terminal.Document(value.Value + "\n");
            }
            return Task.FromResult(UseCaseOutcome.Done);
        }
    }

    private sealed class ConfigSetCommand : CliCommand
    {
        private readonly Argument<string[]> _words = new("NAME VALUE")
        {
            Description = "A setting and its value in YAML, or NAME=VALUE; several pairs if the settings are valid only together",
            Arity = ArgumentArity.OneOrMore,
        };
        private readonly Option<bool> _user = ConfigChange.User();

        public ConfigSetCommand()
            : base("set", "Change settings in the repository's configuration, and keep the comments in the file")
        {
            Add(_words);
            Add(_user);
        }

        public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            var changes = Pairs(parsed.GetRequiredValue(_words)).ToList();
            if (changes.Find(change => SettingDeclarationIndex.Find(change.Name) is null).Name is { } unknown)
            {
                throw Unknown(unknown);
            }
            if (!parsed.GetValue(_user) && changes.Find(change => SettingDeclarationIndex.Find(change.Name)!.IsUserOnly).Name is { } own)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"'{own}' can only be set in your own settings, not in those of a repository.",
                    $"orchestrate config set --user {own} VALUE"
                );
            }
            return Task.FromResult(
                new ConfigChange(context, parsed.GetValue(_user), [.. changes.Select(change => change.Name)]).Make(
                    (text, shown, load) => ConfigFileEditor.Set(text, changes, shown, load),
                    "set"
                )
            );
        }

        private static IEnumerable<(string Name, string Value)> Pairs(string[] words)
        {
            for (var i = 0; i < words.Length; i++)
            {
                if (words[i].Split('=', 2) is [var name, var value] && SettingDeclarationIndex.Find(name) is not null)
                {
                    yield return (name, value);
                }
                else
                {
                    yield return i + 1 < words.Length ? (words[i], words[++i]) : throw WithoutValue(words[i]);
                }
            }
        }

        private static UseCaseException WithoutValue(string name) =>
            SettingDeclarationIndex.Find(name) is null
                ? Unknown(name)
                : new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"'{name}' has no value. Specify each name with its value.",
                    "For example: orchestrate config set notifications.provider ntfy notifications.url https://ntfy.sh/TOPIC"
                );
    }

    private sealed class ConfigUnsetCommand : CliCommand
    {
        private readonly Argument<string[]> _names = new("NAME")
        {
            Description = "Name of a setting, or of a section such as agents.NAME",
            Arity = ArgumentArity.OneOrMore,
        };
        private readonly Option<bool> _user = ConfigChange.User();

        public ConfigUnsetCommand()
            : base("unset", "Remove settings from the repository's configuration, so that the values that they override apply again")
        {
            Add(_names);
            Add(_user);
        }

        public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            var names = parsed.GetRequiredValue(_names);
            var change = new ConfigChange(context, parsed.GetValue(_user), names);
            foreach (var name in names.Where(name => !change.Has(name)))
            {
                throw SettingDeclarationIndex.Find(name) is null && !SettingDeclarationIndex.IsSection(name)
                    ? Unknown(name)
                    : new UseCaseException(
                        UseCaseOutcome.Usage,
                        $"{name} is not set in {change.Shown}.",
                        "'orchestrate config list --changed' shows where each setting comes from."
                    );
            }
            return Task.FromResult(change.Make((text, shown, load) => ConfigFileEditor.Unset(text, names, shown, load), "unset"));
        }
    }
}
