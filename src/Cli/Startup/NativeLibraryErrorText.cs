using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Startup;

/// <summary>Creates the error message that is shown if a native library of this installation can't be loaded.</summary>
internal static class NativeLibraryErrorText
{
    // The core of Temporal's client, and SQLite for the embedded engine's file.
    private static readonly string[] Names = ["libtemporalio_sdk_core_c_bridge.so", "libe_sqlite3.so"];

    /// <summary>Returns the error to report for an exception, or null if no native library caused the exception.</summary>
    /// <param name="fault">The exception, or an exception that it caused.</param>
    public static UseCaseException? Of(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
            {
                return Describe(cause.Message);
            }
        }

        return null;
    }

    private static UseCaseException Describe(string otherwise)
    {
        var folders = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? AppContext.BaseDirectory).Split(
            Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries
        );
        var told = Names.Select(name => FindLoadError(name, folders)).FirstOrDefault(found => found is not null) ?? otherwise;
        return new UseCaseException(
            UseCaseOutcome.Unavailable,
            $"A native library of this installation can't be loaded on {RuntimeInformation.RuntimeIdentifier}: {told}",
            "Install orchestrate again, from the package for this platform (linux-x64 or linux-arm64, with glibc or musl)."
        );
    }

    /// <summary>Returns the reason why a library can't be loaded, or null if it can be loaded.</summary>
    private static string? FindLoadError(string name, string[] folders)
    {
        if (folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is not { } file)
        {
            return $"{name} is missing; looked for in {string.Join(", ", folders)}.";
        }

        try
        {
            NativeLibrary.Free(NativeLibrary.Load(file));
            return null;
        }
        catch (Exception unloadable) when (unloadable is DllNotFoundException or BadImageFormatException)
        {
            // The loader's own message is the last line, after general advice for debugging.
            var reason = unloadable.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
            return reason.Contains(file, StringComparison.Ordinal) ? reason : $"{file}: {reason}";
        }
    }
}
