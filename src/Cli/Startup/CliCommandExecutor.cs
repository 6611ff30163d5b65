using System.Runtime.CompilerServices;
using Orchestrator.App.Callbacks;
using Orchestrator.App.Programs;
using Orchestrator.App.Setup;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Help;
using Orchestrator.Settings;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Startup;

/// <summary>Parses the command line, runs the command, and converts results and exceptions to text and an exit code.</summary>
internal static class CliCommandExecutor
{
    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">Arguments without the program's name.</param>
    /// <param name="openTerminal">Opens the console. Its argument is true if the command prints a document.</param>
    /// <param name="environment">Environment variables of the process.</param>
    /// <param name="directory">Current folder of the process.</param>
    /// <param name="time">Clock.</param>
    /// <param name="interrupts">First and second interrupt of the user.</param>
    /// <param name="platform">Host platform, or null for the current one.</param>
    public static async Task<UseCaseOutcome> RunAsync(
        IReadOnlyList<string> arguments,
        Func<bool, ITerminal> openTerminal,
        IReadOnlyDictionary<string, string> environment,
        string directory,
        TimeProvider time,
        InterruptHandler interrupts,
        HostPlatform? platform = null
    )
    {
        var isWholeHelp = arguments is ["help" or "--help" or "-h", "--all"] or ["--all", "--help" or "-h"];
        arguments = isWholeHelp ? ["--help"] : CliCommandRegistry.Modernize(AsHelp(arguments));
        var parsed = CliCommandRegistry.Root(arguments).Parse(arguments);
        var terminal = openTerminal(HasFlag(parsed, GlobalOptions.JsonName));
        if (parsed.Errors.Count == 0 && Enum.TryParse<ColorChoice>(parsed.GetValue<string?>(GlobalOptions.ColorName), true, out var colors))
        {
            terminal.Colors = colors;
        }
        if (RefuseUnknown(parsed, arguments, terminal) is { } refused)
        {
            return refused;
        }
        if (parsed.CommandResult.Command is not CliCommand command || (parsed.Action is not null && parsed.Action != command.Action))
        {
            return await ShowHelpAsync(parsed, terminal, isWholeHelp);
        }

        var folder = Path.GetFullPath(parsed.GetValue<string?>(GlobalOptions.WorkingDirectoryName) ?? ".", directory);
        var context = new CliCommandServiceBundle(
            terminal,
            environment,
            folder,
            time,
            interrupts,
            HasFlag(parsed, GlobalOptions.VerboseName),
            platform
        )
        {
            Words = arguments,
            CallAsync = (words, place) => RunAsync(words, _ => terminal, environment, place, time, interrupts, platform),
        };
        return await ExecuteAsync(command, parsed, context, arguments);
    }

    private static async Task<UseCaseOutcome> ExecuteAsync(
        CliCommand command,
        ParseResult parsed,
        CliCommandServiceBundle context,
        IReadOnlyList<string> arguments
    )
    {
        var (terminal, interrupts) = (context.Terminal, context.Interrupts);
        try
        {
            await RequireAllowedAsync(command, context, context.Environment, interrupts.Stop);
            return await command.RunAsync(parsed, context, interrupts.Stop);
        }
        catch (Exception ended) when (interrupts.Stop.IsCancellationRequested && IsInterruption(ended))
        {
            return UseCaseOutcome.Interrupted;
        }
        catch (Exception fault) when ((NativeLibraryErrorText.Of(fault) ?? UseCaseExceptionConverter.Of(fault)) is { } known)
        {
            terminal.Fail(known.Message, known.Cure);
            return known.Outcome;
        }
        catch (Exception unexpected)
        {
            var log = CrashLog.Write(
                unexpected,
                arguments is [var name, ..] ? name : "",
                context.Directory,
                context.Environment,
                context.Time
            );
            terminal.Fail(
                unexpected.Message,
                log is null
                    ? "The error could not be logged either. Check that the log folder is writable and its disk is not full."
                    : $"Details are in {log}."
            );
            return unexpected is IOException or UnauthorizedAccessException ? UseCaseOutcome.Unavailable : UseCaseOutcome.WorkFailed;
        }
    }

    /// <summary>
    /// Refuses a command line with unknown options or commands, or with invalid arguments. Returns null if the command line is valid.
    /// </summary>
    private static UseCaseOutcome? RefuseUnknown(ParseResult parsed, IReadOnlyList<string> arguments, ITerminal terminal)
    {
        if (UnknownOption(parsed, arguments) is { } option)
        {
            var near = NearestName.Of(option, [.. parsed.CommandResult.Command.Options.Select(known => known.Name)]);
            terminal.Fail($"Unrecognized option '{option}'.", Hint(near, parsed));
            return UseCaseOutcome.Usage;
        }
        if (parsed.Errors.Count > 0)
        {
            return Refuse(parsed, terminal);
        }
        // The parser gives help precedence over everything, even over an unknown command.
        if (parsed.CommandResult.Command is RootCommand root && arguments is [[not '-', ..] unknown, .., "--help" or "-h" or "-?"])
        {
            terminal.Fail($"The command '{unknown}' is unknown.", Hint(CommandGroups.ProbableCommand(unknown, root), parsed));
            return UseCaseOutcome.Usage;
        }
        return null;
    }

    // The program without arguments, and 'help COMMAND', are equivalent to '--help'.
    private static IReadOnlyList<string> AsHelp(IReadOnlyList<string> arguments) =>
        arguments is [] ? ["--help"]
        : arguments[0] == "help" ? [.. arguments.Skip(1), "--help"]
        : arguments;

    // The parser would treat an unknown option as an argument. After '--' everything is an argument.
    private static string? UnknownOption(ParseResult parsed, IReadOnlyList<string> arguments) =>
        arguments.Contains("--")
            ? null
            : parsed
                .CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>()
                .SelectMany(argument => argument.Tokens)
                .Select(token => token.Value)
                .FirstOrDefault(text => text.StartsWith("--", StringComparison.Ordinal));

    // If an engine call is canceled, the exception has a different type.
    private static bool IsInterruption(Exception ended) => ended is OperationCanceledException || IsCallGivenUp(ended);

    // This is a separate method, so that the client's assembly is loaded only if a call was made.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsCallGivenUp(Exception ended) => ended is RpcTimeoutOrCanceledException;

    private static bool HasFlag(ParseResult parsed, string name)
    {
        for (var command = parsed.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
        {
            if (command.Command.Options.FirstOrDefault(option => option.Name == name) is Option<bool> option)
            {
                return parsed.GetValue(option);
            }
        }

        return false;
    }

    /// <summary>Refuses a command if the current folder, the repository, the platform or the caller does not permit it.</summary>
    private static async Task RequireAllowedAsync(
        CliCommand command,
        CliCommandServiceBundle context,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        if (!Directory.Exists(context.Directory))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The folder {context.Directory} does not exist.",
                "Name an existing folder with --working-dir."
            );
        }
        if (!command.IsForAgents && AgentRunIdentity.IsInsideAgentRun(environment, context.FindRepository))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"Agents, gates and set-up can't use '{command.Name}', and this process belongs to one of them.",
                "Agents report the end of a task with 'orchestrate done', and request help with 'orchestrate blocked'."
            );
        }
        if (context.Platform.Refusal is { } refusal && !command.WorksEverywhere)
        {
            throw new UseCaseException(UseCaseOutcome.Unavailable, refusal, context.Platform.Cure);
        }
        if (
            !command.IsForAgents
            && !command.WorksEverywhere
            && context.FindRepository() is { IsBare: false } repository
            && repository.HasReplacedFolder
        )
        {
            await context.RequireOwnFoldersAsync(repository, WorktreeSettings.DefaultDirectory, stop);
        }
    }

    private static UseCaseOutcome Refuse(ParseResult parsed, ITerminal terminal)
    {
        var command = parsed.CommandResult.Command;
        var unknown = parsed.UnmatchedTokens is [var first, ..] ? first : null;
        var known = command.Subcommands.Select(inner => inner.Name).Concat(command.Options.Select(option => option.Name)).ToList();
        var near =
            unknown is null ? null
            : command is RootCommand && !unknown.StartsWith('-') ? CommandGroups.ProbableCommand(unknown, command)
            : NearestName.Of(unknown, known);
        var messages =
            command is RootCommand && unknown?.StartsWith('-') is false
                ? [$"The command '{unknown}' is unknown."]
                : parsed
                    .Errors.Select(error => DescribeError(error.Message))
                    .Where(message => unknown is null || message != NoCommand)
                    .Distinct();
        terminal.Fail(string.Join("\n", messages), Hint(near, parsed));
        return UseCaseOutcome.Usage;
    }

    private static string Hint(string? near, ParseResult parsed) =>
        (near is null ? "" : $"Did you mean '{near}'? ") + $"See 'orchestrate{PathOf(parsed.CommandResult)} --help'.";

    // Omitted, because it would be confusing next to the message about an unknown command.
    private const string NoCommand = "Required command was not provided.";

    // The parser's message names the .NET type. The parser itself converts only numbers.
    private static string DescribeError(string message) =>
        message.IndexOf(" as expected type '", StringComparison.Ordinal) is > 0 and var at
            ? message[..at] + ": a number is expected."
            : message;

    private static string PathOf(System.CommandLine.Parsing.CommandResult? command) =>
        command?.Parent is null ? "" : $"{PathOf(command.Parent as System.CommandLine.Parsing.CommandResult)} {command.Command.Name}";

    private static async Task<UseCaseOutcome> ShowHelpAsync(ParseResult parsed, ITerminal terminal, bool isWhole)
    {
        using var text = new StringWriter();
        var code = await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = text,
                Error = text,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }
        );
        // The library uses the name of the executable file, which may be that of the .NET host.
        var shown = text.ToString().Replace($"\n  {RootCommand.ExecutableName} ", "\n  orchestrate ", StringComparison.Ordinal);
        var help = parsed.CommandResult.Command is RootCommand root
            ? OfProgram(root, shown, isWhole, terminal.OutputWidth)
            : shown + CommandHelp.Find(PathOf(parsed.CommandResult).Trim())?.Text;
        terminal.Result(string.Join('\n', help.Split('\n').SelectMany(line => TextWrapper.WrapWithIndent(line, terminal.OutputWidth))));
        return (UseCaseOutcome)code;
    }

    // The library would list options first and commands in the order of their creation.
    private static string OfProgram(Command root, string shown, bool isWhole, int width)
    {
        const string Options = "\nOptions:\n";
        const string Commands = "\nCommands:\n";
        var options = shown.IndexOf(Options, StringComparison.Ordinal) + 1;
        var commands = shown.IndexOf(Commands, StringComparison.Ordinal) + 1;
        return shown[..options]
            + CommandGroups.Text(root, isWhole, width)
            + shown[options..commands]
            + (isWhole ? "" : "'orchestrate help --all' lists all commands by goal.\n")
            + "'orchestrate COMMAND --help' describes one command, with examples.\n";
    }
}
