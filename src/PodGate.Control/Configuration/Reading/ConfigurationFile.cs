namespace PodGate.Control.Configuration.Reading;

/// <summary>The bytes of a file, or why there are none.</summary>
internal sealed record FileContent(byte[]? Bytes, string? Error);

/// <summary>Reads the file as it is at this moment, bounded.</summary>
internal static class ConfigurationFile
{
    /// <summary>Reads it; what is wrong is said, not thrown.</summary>
    public static FileContent Read(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return new(null, "it is a directory");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[(file.CanSeek ? Math.Min(file.Length, ConfigurationTree.LargestFile) : 0) + 16];
            var length = 0;

            // A pipe (check --config <(...)) has no length. One byte more than allowed is enough for the loader to say that it is too large.
            for (var read = -1; read != 0 && length <= ConfigurationTree.LargestFile; length += read)
            {
                if (length == bytes.Length)
                    Array.Resize(ref bytes, Math.Min(bytes.Length * 2, ConfigurationTree.LargestFile + 16));
                read = file.Read(bytes, length, bytes.Length - length);
            }

            return new(bytes[..length], null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(null, "there is no such file");
        }
        catch (UnauthorizedAccessException)
        {
            return new(null, "this user may not read it");
        }
        catch (IOException e)
        {
            return new(null, e.Message);
        }
    }
}
