using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Startup;

/// <summary>A native library of this installation that can't be loaded, described for people.</summary>
internal static class NativeLibraryFault
{
    // Temporal's client core, and the store of the embedded engine.
    private static readonly string[] Names = ["libtemporalio_sdk_core_c_bridge.so", "libe_sqlite3.so"];

    /// <summary>The description of an exception; null: it is not about a native library.</summary>
    /// <param name="fault">The exception, or one that was caused by it.</param>
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
        var told = Names.Select(name => Look(name, folders)).FirstOrDefault(found => found is not null) ?? otherwise;
        return new UseCaseException(
            Outcome.Unavailable,
            $"A native library of this installation can't be loaded on {RuntimeInformation.RuntimeIdentifier}: {told}",
            "Install orchestrate again, from the package for this platform (linux-x64 or linux-arm64, with glibc or musl)."
        );
    }

    /// <summary>Null where it can be loaded.</summary>
    private static string? Look(string name, string[] folders)
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
            // The loader's own words come last, behind advice for who debugs it.
            var reason = unloadable.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
            return reason.Contains(file, StringComparison.Ordinal) ? reason : $"{file}: {reason}";
        }
    }
}
