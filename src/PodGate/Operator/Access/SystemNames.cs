using System.Runtime.InteropServices;

namespace PodGate.Operator.Access;

/// <summary>
/// The names of this machine's users and groups, from wherever the system has them. May wait, where that is a directory in the network. Linux only.
/// </summary>
internal static class SystemNames
{
    private const int LargestEntry = 256; // more than struct passwd and struct group
    private const int FirstBuffer = 4096;
    private const int LargestBuffer = 1024 * 1024;
    private const int TooSmall = 34; // ERANGE

    private delegate int Search(uint id, nint entry, nint buffer, nint length, out nint found);

    /// <summary>The name of a user, or null: there is none of that number, or it cannot be had now.</summary>
    /// <param name="id">The user's number.</param>
    public static string? UserOf(uint id) => Find(UserById, id);

    /// <summary>The name of a group, or null.</summary>
    /// <param name="id">The group's number.</param>
    public static string? GroupOf(uint id) => Find(GroupById, id);

    private static string? Find(Search search, uint id)
    {
        var entry = Marshal.AllocHGlobal(LargestEntry);
        try
        {
            for (var length = FirstBuffer; length <= LargestBuffer; length *= 4)
            {
                var buffer = Marshal.AllocHGlobal(length);
                try
                {
                    var error = search(id, entry, buffer, length, out var found);
                    if (error == TooSmall) continue;

                    // The name is the first member of both structures.
                    return error == 0 && found != 0 ? Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(found)) : null;
                }
                finally
                {
                    Marshal.FreeHGlobal(buffer);
                }
            }

            return null;
        }
        finally
        {
            Marshal.FreeHGlobal(entry);
        }
    }

    [DllImport("libc", EntryPoint = "getpwuid_r"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int UserById(uint id, nint entry, nint buffer, nint length, out nint found);

    [DllImport("libc", EntryPoint = "getgrgid_r"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GroupById(uint id, nint entry, nint buffer, nint length, out nint found);
}
