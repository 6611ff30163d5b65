using System.Globalization;

namespace Orchestrator.Processes;

/// <summary>
/// Lists abstract Unix sockets, which have a name but no file (unix(7)), such as those of displays, message buses and debuggers. A
/// <see cref="Sandbox"/> that uses the host's network can't block these sockets, because they belong to a network namespace.
/// </summary>
public static class AbstractSockets
{
    private const int AcceptsConnections = 0x10000; // __SO_ACCEPTCON in the kernel's net.h
    private const int FlagsColumn = 3;
    private const int NameColumn = 7;

    /// <summary>Returns the sorted names of listening abstract sockets, each with a leading <c>@</c>.</summary>
    public static IReadOnlyList<string> Listening() => File.Exists("/proc/net/unix") ? Listening(File.ReadLines("/proc/net/unix")) : [];

    /// <inheritdoc cref="Listening()"/>
    /// <param name="table">Lines of <c>/proc/net/unix</c> (proc(5)).</param>
    internal static IReadOnlyList<string> Listening(IEnumerable<string> table) =>
        [
            .. table
                .Skip(1)
                .Select(line => line.Split(' ', NameColumn + 1, StringSplitOptions.RemoveEmptyEntries))
                .Where(columns => columns.Length > NameColumn && columns[NameColumn].StartsWith('@') && IsListening(columns[FlagsColumn]))
                .Select(columns => columns[NameColumn])
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    private static bool IsListening(string flags) =>
        int.TryParse(flags, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits) && (bits & AcceptsConnections) != 0;
}
