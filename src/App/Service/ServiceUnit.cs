using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.App.Service;

/// <summary>Kinds of files that can be found at the path of a systemd unit.</summary>
public enum UnitFileKind
{
    /// <summary>The file does not exist.</summary>
    Missing,

    /// <summary>The file was written by <c>service install</c> and is unchanged.</summary>
    Own,

    /// <summary>The file was written by <c>service install</c> and changed later.</summary>
    Edited,

    /// <summary>The file was not written by <c>service install</c>.</summary>
    Foreign,
}

/// <summary>
/// Systemd user unit for a repository. It runs <c>orchestrate worker</c>, which serves the repository's engine or joins the process that
/// serves it. The first line of the unit file contains a hash of the other lines, so that manual changes are detected before the file is
/// overwritten. This class has no side effects.
/// </summary>
/// <param name="Repository">Absolute path of the repository's root.</param>
/// <param name="Key">Key of the repository (<see cref="LocalRepositoryPaths.Key"/>), which distinguishes repositories with the same
/// name.</param>
/// <param name="Program">Program and leading arguments, with absolute paths.</param>
/// <param name="Variables">Variables of the service in addition to those set by systemd. They never contain secrets because units are
/// readable for all users.</param>
public sealed record ServiceUnit(
    string Repository,
    string Key,
    IReadOnlyList<string> Program,
    IReadOnlyList<KeyValuePair<string, string>> Variables
)
{
    // Exit codes defined by the program's command line.
    private const int WrongUsage = 2;
    private const int NeedsPerson = 3;

    /// <summary>Loopback port of the web page served by the service, or null if it serves none.</summary>
    public int? PagePort { get; init; }

    private const string Mark = "# Written by 'orchestrate service install', which goes by this hash of the lines below: ";

    /// <summary>Name of the unit: <c>orchestrate-FOLDER-KEY.service</c> with the first six digits of the repository's key.</summary>
    public string Name => $"orchestrate-{Slug(Path.GetFileName(Repository))}-{Key[..6]}.service";

    /// <summary>Contents of the unit file.</summary>
    /// <exception cref="UserRequestRefusedException">A path contains a line break, which a unit can't represent.</exception>
    public string Text
    {
        get
        {
            var body = Body();
            return $"{Mark}{Hash(body)}\n{body}";
        }
    }

    /// <summary>Classifies a systemd unit file by its contents.</summary>
    /// <param name="text">Text of the file, or null if the file does not exist.</param>
    public static UnitFileKind KindOf(string? text)
    {
        if (text is null)
        {
            return UnitFileKind.Missing;
        }
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 || !text.StartsWith(Mark, StringComparison.Ordinal) ? UnitFileKind.Foreign
            : text[Mark.Length..end] == Hash(text[(end + 1)..]) ? UnitFileKind.Own
            : UnitFileKind.Edited;
    }

    private string Body()
    {
        var variables = Variables.Select(variable => $"Environment={Word($"{variable.Key}={variable.Value}")}");
        string[] words = [.. Program, "worker", .. PagePort is { } port ? [$"--web={port}"] : Array.Empty<string>()];
        var command = string.Join(' ', words.Select(word => Word(word).Replace("$", "$$", StringComparison.Ordinal)));
        string[] lines =
        [
            "[Unit]",
            $"Description=orchestrate: engine and worker of {Value(Repository)}",
            $"ConditionPathIsDirectory={Value(Repository)}",
            "StartLimitIntervalSec=3600",
            "StartLimitBurst=6",
            "",
            "[Service]",
            "Type=notify",
            $"WorkingDirectory={Value(Repository)}",
            .. variables,
            $"ExecStart={command}",
            "Restart=on-failure",
            "RestartSec=10",
            // The service is not restarted after these exit codes, because wrong usage and untrusted settings need the user.
            $"RestartPreventExitStatus={WrongUsage} {NeedsPerson}",
            "WatchdogSec=90",
            "TimeoutStopSec=90",
            // Agents outlive their orchestrator, so a restart or an upgrade of the service interrupts no agent.
            "KillMode=process",
            "",
            "[Install]",
            "WantedBy=default.target",
        ];
        return string.Join('\n', lines) + "\n";
    }

    // According to systemd.syntax(7), specifiers start with a percent sign, and a line break ends the value.
    private static string Value(string text) =>
        text.AsSpan().IndexOfAny('\n', '\r') < 0
            ? text.Replace("%", "%%", StringComparison.Ordinal)
            : throw new UserRequestRefusedException(
                $"A systemd unit can't contain the path '{text}', because it has a line break.",
                "Rename it."
            );

    private static string Word(string text) =>
        $"\"{Value(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Slug(string name)
    {
        var slug = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')]).Trim('-');
        return slug.Length == 0 ? "repository"
            : slug.Length > 32 ? slug[..32]
            : slug;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
