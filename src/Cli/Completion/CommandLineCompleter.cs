using System.CommandLine.Completions;
using Orchestrator.App.PlanFiles;
using Orchestrator.Cli.Help;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Completion;

/// <summary>Computes completions at the cursor. Never fails, because an incomplete command line is expected here.</summary>
internal sealed class CommandLineCompleter
{
    private readonly CliCommandServiceBundle _context;
    private readonly string _word;
    private readonly List<string> _positional = [];
    private Command _command;
    private Option? _open;

    private CommandLineCompleter(
        CliCommandServiceBundle context,
        Func<IReadOnlyList<string>, Command> commands,
        IReadOnlyList<string> words
    )
    {
        _context = context;
        _word = words.Count == 0 ? "" : words[^1];
        _command = commands(words.Count > 1 ? words : []);
        foreach (var word in words.SkipLast(1))
        {
            Read(word);
        }
    }

    /// <summary>Returns completions for the last word. Empty if a file or arbitrary text is expected.</summary>
    /// <param name="context">Provides the folder and settings.</param>
    /// <param name="commands">Returns the root command. Contains only the command that the words name, or all commands if they name
    /// none.</param>
    /// <param name="words">Words after the program's name, up to the cursor. The last word may be empty.</param>
    public static IReadOnlyList<string> Complete(
        CliCommandServiceBundle context,
        Func<IReadOnlyList<string>, Command> commands,
        IReadOnlyList<string> words
    )
    {
        var completer = new CommandLineCompleter(context, commands, words);
        return
        [
            .. completer
                .Candidates()
                .Where(candidate => candidate.StartsWith(completer._word, StringComparison.Ordinal))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    private void Read(string word)
    {
        if (word == "=")
        {
            return;
        }
        if (_open is not null)
        {
            _open = null;
        }
        else if (word.StartsWith('-'))
        {
            _open = Options().FirstOrDefault(option => TakesValue(option) && (option.Name == word || option.Aliases.Contains(word)));
        }
        else if (_command.Subcommands.FirstOrDefault(command => command.Name == word) is { } inner)
        {
            _command = inner;
            _positional.Clear();
        }
        else
        {
            _positional.Add(word);
        }
    }

    private IEnumerable<string> Candidates()
    {
        if (_open is not null)
        {
            return OfOption(_open);
        }
        if (_word.StartsWith('-'))
        {
            return Options().Where(option => !option.Hidden).Select(option => option.Name);
        }
        return _command.Subcommands.Count > 0 && _positional.Count == 0
            ? (
                _command.Parents.Any() ? _command.Subcommands.Where(command => !command.Hidden) : CommandGroups.VisibleCommands(_command)
            ).Select(command => command.Name)
            : OfArgument(_command.Arguments.ElementAtOrDefault(_positional.Count));
    }

    private IEnumerable<Option> Options()
    {
        for (var command = _command; command is not null; command = command.Parents.OfType<Command>().FirstOrDefault())
        {
            foreach (var option in command.Options.Where(option => command == _command || option.Recursive))
            {
                yield return option;
            }
        }
    }

    private static bool TakesValue(Option option) => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);

    private IEnumerable<string> OfOption(Option option) =>
        option.Name switch
        {
            "--only" or "--phase" => TaskIds(),
            "--run" => RunIds(),
            "--id" => BacklogIds(),
            "--status" when IsOfBacklog => BacklogStatus.All,
            "--agent" => Try(() => _context.FindSettings() is { } settings ? settings.AgentNames : []),
            _ => option.GetCompletions(CompletionContext.Empty).Select(item => item.Label),
        };

    private IEnumerable<string> OfArgument(Argument? argument) =>
        argument?.Name switch
        {
            null => [],
            "TASK" => TaskIds(),
            "ID" when IsOfBacklog => BacklogIds(),
            "STATUS" => BacklogStatus.All,
            "RUN" => RunIds(),
            "RUN/TASK" => RunIds().Concat(TasksOfRun()),
            "NAME" when _command.Parents.Any(parent => parent.Name == "config") => SettingDeclarationIndex.All.Select(setting =>
                setting.Name
            ),
            "NAME" when _command.Name == "context" => Try(() => [.. _context.PlanFiles.ProjectTexts().Keys]),
            _ => argument.GetCompletions(CompletionContext.Empty).Select(item => item.Label),
        };

    private IReadOnlyList<string> TaskIds() =>
        Try(() =>
        {
            var name = _positional.FirstOrDefault() ?? PlanAndReferencedFileReader.DefaultName;
            return PlanFileName.IsPlan(name) && _context.PlanFiles.Read(name).Plan is { } plan
                ? [.. plan.Tasks.Select(task => task.Id)]
                : [];
        });

    // The option for the tag exists only in backlog commands.
    private bool IsOfBacklog => _command.Options.Any(option => option.Name == GlobalOptions.TagName);

    private IReadOnlyList<string> BacklogIds() => Try(() => [.. _context.Backlog(null).Read().Backlog.All.Select(task => task.Id)]);

    private IReadOnlyList<string> RunIds() =>
        Try(() => _context.FindRepository() is { } repository ? [.. StoredRunFinder.List(repository).Select(run => run.Id)] : []);

    private IReadOnlyList<string> TasksOfRun() =>
        Try(() =>
        {
            if (_context.FindRepository() is not { } repository || _word.Split('/') is not [var id, _])
            {
                return [];
            }
            return StoredRunFinder.List(repository).FirstOrDefault(run => run.Id == id || id.Length == 0) is { } run
                ? [.. run.Status.Tasks.Select(task => $"{id}/{task.Id}")]
                : [];
        });

    // If a plan, a configuration or a program has a fault, no ids are offered. The command itself reports the fault.
    private static IReadOnlyList<string> Try(Func<IReadOnlyList<string>> list)
    {
        try
        {
            return list();
        }
        catch (Exception fault)
            when (UseCaseExceptionConverter.Of(fault) is not null || fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
