using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Agents.Descriptions;

/// <summary>Checks rules that the format of a description can't express. The most important rule is that a description must not give access
/// to a shell.</summary>
internal static class AgentDescriptionValidator
{
    private static readonly string[] Shells =
    [
        "sh",
        "bash",
        "dash",
        "ash",
        "zsh",
        "ksh",
        "mksh",
        "fish",
        "csh",
        "tcsh",
        "busybox",
        "cmd",
        "powershell",
        "pwsh",
    ];

    /// <summary>Programs, such as <c>env</c> and <c>sudo</c>, that start the program named in their arguments.</summary>
    private static readonly string[] Launchers =
    [
        "env",
        "nice",
        "nohup",
        "setsid",
        "timeout",
        "xargs",
        "sudo",
        "doas",
        "stdbuf",
        "script",
        "ionice",
        "chroot",
        "unshare",
    ];

    private static readonly string[] CommandFlags = ["-c", "-lc", "-ic", "-ec", "/c", "/k", "-command", "-encodedcommand"];

    private static readonly string[] Places =
    [
        "prompt",
        "prompt_file",
        "session",
        "model",
        "worktree",
        "schema_file",
        "permissions",
        "keys",
    ];

    private const string AddressPlace = "address";

    /// <summary>
    /// Returns a sentence that explains why the command line would be parsed by a shell, or null if no shell is involved.
    /// </summary>
    /// <param name="command">Program and arguments.</param>
    internal static string? ShellIn(IReadOnlyList<string> command)
    {
        if (command.Count > 0 && IsShell(command[0]))
        {
            return $"'{command[0]}' is a shell, which would read the arguments as commands.";
        }
        var isLaunched = command.Count > 0 && Launchers.Contains(NameOf(command[0]));
        for (var at = 1; at < command.Count; at++)
        {
            var isCommand = at + 1 < command.Count && CommandFlags.Contains(command[at + 1].ToLowerInvariant());
            if (IsShell(command[at]) && (isLaunched || isCommand))
            {
                return $"'{command[0]}' would start the shell '{command[at]}'.";
            }
        }
        return null;
    }

    internal static IEnumerable<AgentDescriptionFault> FaultsOf(AgentDescription description)
    {
        if (description.Program.Trim().Length == 0)
        {
            yield return new AgentDescriptionFault("program", "it is empty.", "Specify the agent's program.");
        }
        (string Path, IReadOnlyList<string> List)[] lists =
        [
            ("arguments.start", description.Arguments.Start),
            ("arguments.resume", description.Arguments.Resume ?? []),
            ("arguments.model", description.Arguments.Model),
            ("arguments.confined", description.Arguments.Confined),
            ("arguments.free", description.Arguments.Free),
            ("arguments.answer", description.Arguments.Answer ?? []),
            ("version", description.Version),
        ];
        foreach ((var path, var list) in lists)
        {
            if (ShellIn([description.Program, .. list]) is { } shell)
            {
                yield return new AgentDescriptionFault(
                    IsShell(description.Program) ? "program" : path,
                    shell,
                    "Name the agent's own program and give its arguments as a list."
                );
                yield break;
            }
            foreach (var unknown in list.SelectMany(PlacesIn).Where(place => !Places.Contains(place)))
            {
                yield return new AgentDescriptionFault(
                    path,
                    $"'{{{unknown}}}' is an unknown placeholder.",
                    $"Known placeholders are {string.Join(", ", Places.Select(place => $"{{{place}}}"))}."
                );
            }
        }
        foreach (
            var fault in description
                .Keys.SelectMany((key, index) => KeyFaults(description, key, $"keys[{index}]"))
                .Concat(PromptFaults(description))
                .Concat(SessionFaults(description))
                .Concat(LoginFaults(description))
                .Concat(StreamFaults(description))
        )
        {
            yield return fault;
        }
    }

    private static IEnumerable<AgentDescriptionFault> KeyFaults(AgentDescription description, AgentApiKeyDescription key, string path)
    {
        if (!Uri.TryCreate(key.Service, UriKind.Absolute, out var service) || service.Scheme is not ("https" or "http"))
        {
            yield return new AgentDescriptionFault($"{path}.service", $"'{key.Service}' is not a valid address.", "Write https://HOST.");
        }
        if (key.Address is null && key.Arguments.Count == 0 && key.Environment.Count == 0)
        {
            yield return new AgentDescriptionFault(
                path,
                "nothing passes a different address of the service to the program.",
                "Set 'address', 'arguments' or 'environment', or list the variable in 'login.variables'."
            );
        }
        if (key.Arguments.Count > 0 && Calls(description).Any(call => !call.List.Contains("{keys}")))
        {
            yield return new AgentDescriptionFault(
                $"{path}.arguments",
                "arguments.start or arguments.resume lacks the placeholder '{keys}'.",
                "Add '{keys}' to both lists, at the position where 'arguments' of this key must appear."
            );
        }
        if (ShellIn([description.Program, .. key.Arguments]) is { } shell)
        {
            yield return new AgentDescriptionFault($"{path}.arguments", shell, "Write the arguments as a list, without a shell.");
        }
        foreach (var unknown in key.Arguments.SelectMany(PlacesIn).Where(place => place != AddressPlace))
        {
            yield return new AgentDescriptionFault(
                $"{path}.arguments",
                $"'{{{unknown}}}' is an unknown placeholder.",
                "The only known placeholder is {address}."
            );
        }
        foreach (var variable in key.Environment.Where(variable => !IsObject(variable.Value)))
        {
            yield return new AgentDescriptionFault(
                $"{path}.environment.{variable.Key}",
                "it is not a JSON object.",
                "Write a JSON object as text; use 'address' for a variable that contains only the address."
            );
        }
        string[] stored = key.Stored is null ? [] : [key.Stored.File];
        foreach (var file in key.Unless.Keys.Concat(stored).Where(IsNotBelowHome))
        {
            yield return new AgentDescriptionFault(
                stored.Contains(file) ? $"{path}.stored.file" : $"{path}.unless",
                $"'{file}' is not a path in the home folder.",
                "Write the path relative to the home folder."
            );
        }
    }

    private static bool IsObject(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsNotBelowHome(string path) => Path.IsPathRooted(path) || path.Split('/').Any(part => part is "" or "." or "..");

    private static IEnumerable<AgentDescriptionFault> PromptFaults(AgentDescription description)
    {
        var place = description.Prompt switch
        {
            PromptDeliveryMethod.Argument => "prompt",
            PromptDeliveryMethod.File => "prompt_file",
            _ => null,
        };
        if (place is not null)
        {
            foreach ((var name, var list) in Calls(description).Where(call => !call.List.SelectMany(PlacesIn).Contains(place)))
            {
                yield return new AgentDescriptionFault(
                    $"arguments.{name}",
                    $"it does not contain the prompt.",
                    $"Add the placeholder '{{{place}}}' to this list."
                );
            }
        }
    }

    private static IEnumerable<AgentDescriptionFault> SessionFaults(AgentDescription description)
    {
        if (description.Arguments.Resume is { } resume)
        {
            if (!resume.SelectMany(PlacesIn).Contains("session"))
            {
                yield return new AgentDescriptionFault(
                    "arguments.resume",
                    "it does not contain the conversation id.",
                    "Add the placeholder '{session}' to this list."
                );
            }
            if (description.Conversation is null && description.Protocol != AgentProtocol.Acp)
            {
                yield return new AgentDescriptionFault(
                    "conversation",
                    "'arguments.resume' is set, but the file of a conversation is not described.",
                    "Set 'conversation.file'."
                );
            }
        }
        if (
            description.Conversation?.NamedBy == ConversationIdOriginKind.Caller
            && !description.Arguments.Start.SelectMany(PlacesIn).Contains("session")
        )
        {
            yield return new AgentDescriptionFault(
                "arguments.start",
                "it does not contain the conversation id, although 'conversation.named_by' is 'caller'.",
                "Add the placeholder '{session}' to this list, or set 'named_by: program' if the program chooses the id."
            );
        }
        if (
            description.Conversation is { } conversation
            && (
                Path.IsPathRooted(conversation.File)
                || conversation.File.Split('/').Contains("..")
                || (
                    conversation.Holds == ConversationFileContent.One
                    && !PlacesIn(conversation.File).Any(name => name is "session" or "session8")
                )
            )
        )
        {
            yield return new AgentDescriptionFault(
                "conversation.file",
                $"'{conversation.File}' does not name the file of one conversation in the home folder.",
                "Write the path relative to the home folder with {session} in it, or set 'holds: all' for a file with all conversations."
            );
        }
        foreach (
            var path in description
                .State.Folders.Concat(description.State.Writable)
                .Concat(description.State.Files)
                .Concat(description.State.Hidden)
                .Concat(description.Login?.Files ?? [])
        )
        {
            if (IsNotBelowHome(path))
            {
                yield return new AgentDescriptionFault(
                    "state",
                    $"'{path}' is not a path in the home folder.",
                    "Write the path relative to the home folder."
                );
            }
        }
    }

    private static IEnumerable<AgentDescriptionFault> LoginFaults(AgentDescription description)
    {
        if (description.Login is { Tokens.Count: 0 } login && (login.Account.Count > 0 || login.Expires is not null))
        {
            yield return new AgentDescriptionFault(
                "login.tokens",
                "it is missing, so account and expiry have no effect.",
                "List the members of the login file that contain tokens."
            );
        }
    }

    private static IEnumerable<AgentDescriptionFault> StreamFaults(AgentDescription description)
    {
        if (description.Protocol == AgentProtocol.Acp && (description.Stream is not null || description.Arguments.Resume is not null))
        {
            yield return new AgentDescriptionFault(
                "protocol",
                "this protocol already defines the messages and how conversations are continued.",
                "Leave out 'stream' and 'arguments.resume'."
            );
        }
        if (description.Protocol == AgentProtocol.Stream && description.Stream is null)
        {
            yield return new AgentDescriptionFault("stream", "it is missing.", "Describe the output, or set 'stream: {format: text}'.");
        }
        if (description.Stream is { Format: AgentStreamFormat.Json } stream && !stream.Events.Any(rule => rule.End == AgentEndKind.Done))
        {
            yield return new AgentDescriptionFault(
                "stream.events",
                "no event marks the end of the agent's work.",
                "Mark an event with 'end: done', or set 'format: text' so that exit code 0 marks the end."
            );
        }
        for (var i = 0; i < description.Failures.Count; i++)
        {
            if (description.Failures[i].Until is { } pattern && PatternFault(pattern) is { } why)
            {
                yield return new AgentDescriptionFault($"failures[{i}].until", why, "Write a regular expression with exactly one group.");
            }
        }
    }

    private static string? PatternFault(string pattern)
    {
        try
        {
            var groups = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant).GetGroupNumbers().Length;
            return groups == 2 ? null : $"'{pattern}' has {Plural.Of(groups - 1, "group")}.";
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"'{pattern}' can't be used: {e.Message}";
        }
    }

    private static IEnumerable<(string Name, IReadOnlyList<string> List)> Calls(AgentDescription description) =>
        description.Arguments.Resume is { } resume
            ? [("start", description.Arguments.Start), ("resume", resume)]
            : [("start", description.Arguments.Start)];

    private static IEnumerable<string> PlacesIn(string text)
    {
        for (var open = text.IndexOf('{', StringComparison.Ordinal); open >= 0; open = text.IndexOf('{', open + 1))
        {
            var close = text.IndexOf('}', open);
            if (
                close > open
                && text[(open + 1)..close] is var name
                && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
                && name.Length > 0
            )
            {
                yield return name;
            }
        }
    }

    private static bool IsShell(string program) => Shells.Contains(NameOf(program));

    /// <summary>
    /// Returns a program's name without its folder, extension and version. For example, <c>/bin/bash5</c> becomes <c>bash</c>.
    /// </summary>
    private static string NameOf(string program) =>
        Path.GetFileName(program.Replace('\\', '/'))
            .ToLowerInvariant()
            .Replace(".exe", "", StringComparison.Ordinal)
            .TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '-');
}
