using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Machine.Service;

/// <summary>The kinds of files that may lie in the place of a unit.</summary>
public enum UnitFileKind
{
    /// <summary>There is none.</summary>
    Missing,

    /// <summary>A unit as <c>service install</c> wrote it.</summary>
    Own,

    /// <summary>A unit that <c>service install</c> wrote and somebody changed since.</summary>
    Edited,

    /// <summary>A file that <c>service install</c> did not write.</summary>
    Foreign,
}

/// <summary>The systemd user unit of a repository: <c>orchestrate worker</c> in it, which serves its engine or joins the process that does.
/// Pure. The first line of its text holds a hash of the others, so that a change by hand is seen before it is overwritten.</summary>
/// <param name="Repository">Absolute path of the repository's root.</param>
/// <param name="Key">The repository's key (<see cref="RepositoryLocation.Key"/>), which tells repositories of one name apart.</param>
/// <param name="Program">The program and its first arguments: absolute paths.</param>
/// <param name="Variables">Variables of the service besides those that systemd sets: never a secret, since units are readable.</param>
public sealed record ServiceUnit(
    string Repository,
    string Key,
    IReadOnlyList<string> Program,
    IReadOnlyList<KeyValuePair<string, string>> Variables
)
{
    // Exit codes of the program, which its command line defines.
    private const int WrongUsage = 2;
    private const int NeedsPerson = 3;

    /// <summary>Port of loopback on which it serves the page, too; null: it serves none.</summary>
    public int? PagePort { get; init; }

    private const string Mark = "# Written by 'orchestrate service install', which goes by this hash of the lines below: ";

    /// <summary>The unit's name: <c>orchestrate-FOLDER-KEY.service</c>, of which the key has six digits.</summary>
    public string Name => $"orchestrate-{Slug(Path.GetFileName(Repository))}-{Key[..6]}.service";

    /// <summary>The unit file's text.</summary>
    /// <exception cref="RefusedException">A path has a line end in it, which a unit can't hold.</exception>
    public string Text
    {
        get
        {
            var body = Body();
            return $"{Mark}{Hash(body)}\n{body}";
        }
    }

    /// <summary>The kind of file that a text is of.</summary>
    /// <param name="text">The text; null: there is no file.</param>
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
            // Wrong usage and a missing yes to the repository's settings do not mend themselves.
            $"RestartPreventExitStatus={WrongUsage} {NeedsPerson}",
            "WatchdogSec=90",
            "TimeoutStopSec=90",
            // Agents outlive their orchestrator: a restart or an upgrade of the service interrupts none of them.
            "KillMode=process",
            "",
            "[Install]",
            "WantedBy=default.target",
        ];
        return string.Join('\n', lines) + "\n";
    }

    // systemd.syntax(7): specifiers begin with a percent sign, a line ends the value.
    private static string Value(string text) =>
        text.AsSpan().IndexOfAny('\n', '\r') < 0
            ? text.Replace("%", "%%", StringComparison.Ordinal)
            : throw new RefusedException($"A unit of systemd can't hold the path '{text}', which has a line end in it.", "Rename it.");

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
